package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/web/ckan"
)

type (
	actionFunc = func(name string, run ckan.RunFunc, de, en string, params ...ckan.Param) ckan.Action
	paramFunc  = func(name, kind, de, en string) ckan.Param
)

// singleActions are the rows of holdings that came by files and stand in no round.
func singleActions(a *surveyAPI, read, write actionFunc, need, may paramFunc, comment ckan.Param) []ckan.Action {
	of := need("holding", "string", "Kennung des Datenbestands", "id of the holding")
	return []ckan.Action{
		read("survey_single_list", a.singles, "Listet Datenbestände aus Dateien, die in keiner Runde stehen.", "Lists holdings from files that stand in no round.", may("queue", "string", "leer: zu prüfen; incomplete, approved oder published", "empty: to be reviewed; incomplete, approved or published")),
		read("survey_single_show", a.single, "Zeigt einen Datenbestand aus einer Datei; steht er in einer Runde, nennt die Antwort sie.", "Shows a holding from a file; if it stands in a round, the answer names that.", of),
		write("survey_single_approve", a.singleApprove, "Gibt einen Datenbestand aus einer Datei frei (Vier-Augen-Prinzip: nicht, wer sie importiert hat).", "Approves a holding from a file (four eyes: not who imported it).", of, may("rev", "integer", "geprüfte Fassung", "revision that was reviewed"), comment,
			may("resolved", "list", "geklärte Gründe", "reasons that are settled"), may("description_only", "boolean", "nur die Beschreibung veröffentlichen", "publish the description only"), may("licence", "string", "Lizenz, wenn die Dienststelle keine genannt hat (Kürzel der Auswahl, etwa dlby)", "licence where the office named none (code of the option, such as dlby)")),
		write("survey_single_send_back", a.singleBack, "Gibt einen unvollständigen Datenbestand aus einer Datei an seine Dienststelle zurück; der Link wird nur dieses eine Mal gezeigt, wenn ihn kein Brief bringt.", "Gives an incomplete holding from a file back to its office; where no letter takes the link there, it is shown this once.", of, may("comment", "string", "Hinweis an die Dienststelle", "remark for the office")),
		write("survey_single_withdraw", a.singleTakeDown, "Nimmt einen Datenbestand aus einer Datei aus der Veröffentlichung.", "Takes a holding from a file out of the public.", of, need("comment", "string", "Grund", "reason")),
	}
}

func (a *surveyAPI) singles(ctx context.Context, c *ckan.Call) (any, error) {
	list, err := a.k.rounds.Singles(ctx, c.Actor, c.Args.String("queue"))
	if err != nil {
		return nil, err
	}
	type line struct {
		Holding        string    `json:"holding"`
		LocalID        string    `json:"local_id"`
		City           string    `json:"city"`
		Title          string    `json:"title"`
		Office         string    `json:"office"`
		Status         string    `json:"status"`
		Publishability string    `json:"publishability"`
		Priority       int       `json:"priority"`
		Changed        time.Time `json:"changed"`
	}
	out := make([]line, len(list))
	for i, e := range list {
		f := e.Fields
		out[i] = line{e.ID, f.String("local_id"), f.String("city"), f.String("title"), f.String("office"), f.String("status"), catalog.Fields(f.Map("assessment")).String("publishability"), round.Priority(e), e.Modified}
	}
	return out, nil
}

func (a *surveyAPI) single(ctx context.Context, c *ckan.Call) (any, error) {
	of, err := c.Args.Required("holding")
	if err != nil {
		return nil, err
	}
	v, err := a.k.rounds.Single(ctx, c.Actor, of)
	if err != nil {
		return nil, err
	}
	if v.InRound != "" {
		return map[string]any{"round": v.InRound, "holding": v.RoundHolding}, nil
	}
	out, lacking := reviewed(v.Review), make([]string, len(v.Lacking))
	for i, q := range v.Lacking {
		lacking[i] = q.ID
	}
	out["lacking"] = lacking
	if v.Dataset != nil {
		out["dataset"] = v.Dataset.Name
	}
	return out, nil
}

func (a *surveyAPI) singleApprove(ctx context.Context, c *ckan.Call) (any, error) {
	of, err := c.Args.Required("holding")
	if err != nil {
		return nil, err
	}
	rev, err := c.Args.Natural("rev", 0)
	if err != nil {
		return nil, err
	}
	findings, err := a.k.rounds.DecideSingle(ctx, c.Actor, of, int64(rev), c.Args.String("comment"), holding.Decision{Resolved: c.Args.List("resolved"), Description: c.Args.Bool("description_only", false), Licence: c.Args.String("licence")})
	if err != nil {
		return nil, err
	}
	if findings == nil {
		findings = []catalog.Finding{}
	}
	return map[string]any{"findings": findings}, a.wrote(ctx, c)
}

func (a *surveyAPI) singleBack(ctx context.Context, c *ckan.Call) (any, error) {
	of, err := c.Args.Required("holding")
	if err != nil {
		return nil, err
	}
	sent, err := a.k.rounds.SendBack(ctx, c.Actor, of, c.Args.String("comment"))
	if err != nil {
		return nil, err
	}
	out := map[string]any{"round": sent.Round.Name, "office": sent.Office.ID}
	if inv := sent.Invitation; inv != nil {
		c.Secret()
		out["link"] = invited{Office: inv.Office.Name, Email: inv.Office.Email, URL: a.k.rounds.LinkTo(inv.Token), Expires: inv.Link.Expires}
	}
	return out, nil
}

func (a *surveyAPI) singleTakeDown(ctx context.Context, c *ckan.Call) (any, error) {
	of, err := c.Args.Required("holding")
	if err != nil {
		return nil, err
	}
	if err := a.k.rounds.TakeDownSingle(ctx, c.Actor, of, c.Args.String("comment")); err != nil {
		return nil, err
	}
	return nil, a.wrote(ctx, c)
}

// reviewed is a holding in review as the API tells of it.
func reviewed(v *round.Review) map[string]any {
	answers, traces := map[string]any{}, map[string]any{}
	for _, p := range v.Parts {
		for _, r := range p.Replies {
			answers[r.Question.ID] = r.Value
			if len(r.Traces) > 0 {
				traces[r.Question.ID] = r.Traces
			}
		}
	}
	out := map[string]any{"holding": v.Holding, "office": v.Office.Name, "answers": answers, "personal": traces, "withheld": v.Withheld, "assessment": v.Assessment, "scores": v.Scores, "may_approve": v.MayApprove, "notes": v.Notes, "events": v.Events}
	if v.Entry != nil {
		out["rev"] = v.Entry.Rev
	}
	lacks := make([]map[string]any, len(v.Missing))
	for i, m := range v.Missing {
		lacks[i] = map[string]any{"question": m.Question.ID, "label": m.Question.Label, "who": cmp.Or(m.Who, v.Office.Name)}
	}
	out["missing"] = lacks
	if v.Assessment != nil && slices.Contains(v.Assessment.Reasons, "licence_undefined") {
		out["licences"] = v.Licences
	}
	if v.Best != nil {
		out["best_change"] = map[string]any{"question": v.Best.Question.ID, "to": v.Best.To, "priority": v.Best.Priority, "opens": v.Best.Opens}
	}
	return out
}
