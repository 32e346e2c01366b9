package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
	intake "trio.example/harvest/survey"
	"trio.example/web/ckan"
)

// roundActions are the rows of rounds, reviews, insight and templates. Who may
// what is decided by package round, in the city's organization: to everybody
// else its things are not there.
func roundActions(k *core) []ckan.Action {
	a := &surveyAPI{k: k}
	read := func(name string, run ckan.RunFunc, de, en string, params ...ckan.Param) ckan.Action {
		return ckan.Action{Name: name, Free: true, Auth: ckan.AuthUser, Doc: catalog.DE(de, en), Params: params, Run: run}
	}
	write := func(name string, run ckan.RunFunc, de, en string, params ...ckan.Param) ckan.Action {
		return ckan.Action{Name: name, Auth: ckan.AuthUser, Doc: catalog.DE(de, en), Params: params, Run: run}
	}
	need := func(name, kind, de, en string) ckan.Param {
		return ckan.Param{Name: name, Kind: kind, Required: true, Doc: catalog.DE(de, en)}
	}
	may := func(name, kind, de, en string) ckan.Param {
		return ckan.Param{Name: name, Kind: kind, Doc: catalog.DE(de, en)}
	}
	id := need("id", "string", "Name oder Kennung der Runde", "name or id of the round")
	of := need("holding", "string", "Kennung des Datenbestands in der Runde", "id of the holding in the round")
	city := need("city", "string", "muenchen, augsburg oder nuernberg", "muenchen, augsburg or nuernberg")
	ref := need("template", "string", "Kennung und Fassung, etwa man-datensilo@1.0.0", "id and version, such as man-datensilo@1.0.0")
	comment := may("comment", "string", "Bemerkung für das Protokoll", "remark for the log")
	to := need("to", "string", "Fassung der Kernvorlage", "version of the core template")
	choices := may("choices", "object", "Entscheidungen über Konflikte: key auf einen Wert aus ways; was fehlt, geht nach Vorschlag", "decisions about conflicts: key to a value of ways; what is left out goes as proposed")
	return append(singleActions(a, read, write, need, may, comment),
		read("survey_round_list", a.rounds, "Listet die Runden der eigenen Stadt mit dem Stand der Dienststellen.", "Lists the rounds of one's own city with the state of the offices."),
		read("survey_round_show", a.round, "Zeigt eine Runde mit ihren Dienststellen.", "Shows a round with its offices.", id),
		write("survey_round_create", a.create, "Eröffnet eine Runde.", "Opens a round.", city, need("title", "string", "Titel", "title"), may("deadline", "string", "letzter Tag, etwa 2026-12-15", "last day, such as 2026-12-15"),
			may("contact", "string", "Postfach für Rückfragen", "mailbox for questions"), may("template", "string", "Fragebogen, etwa nue-datensilo@1.0.0", "questionnaire, such as nue-datensilo@1.0.0"),
			may("remind", "boolean", "von selbst per E-Mail erinnern", "remind by mail by itself")),
		write("survey_round_close", a.state(catalog.RoundClosed), "Beendet eine Runde.", "Closes a round.", id),
		write("survey_round_open", a.state(catalog.RoundOpen), "Öffnet eine beendete Runde wieder.", "Opens a closed round again.", id),
		write("survey_office_add", a.offices, "Nimmt Dienststellen in eine Runde auf; dieselben noch einmal ändern nichts.", "Takes offices into a round; the same ones again change nothing.", id, need("offices", "list", "Objekte mit name, parent, email und lang (Sprache der Briefe: de oder en)", "objects with name, parent, email and lang (language of letters: de or en)")),
		write("survey_office_language", a.language, "Wählt die Sprache der Briefe an eine Dienststelle.", "Chooses the language of the letters to an office.", id, need("office", "string", "Kennung der Dienststelle", "id of the office"), need("lang", "string", "de oder en", "de or en")),
		write("survey_invite", a.invite, "Erstellt persönliche Links und zeigt sie dieses eine Mal.", "Makes personal links and shows them this once.", id, may("offices", "list", "Kennungen der Dienststellen; ohne: alle ohne Link", "ids of offices; without: all that have no link")),
		write("survey_remind", a.remind, "Vermerkt oder verschickt Erinnerungen.", "Notes or sends reminders.", id, may("offices", "list", "Kennungen der Dienststellen", "ids of offices")),
		read("survey_inbox", a.inbox, "Listet, was auf Prüfung wartet.", "Lists what waits for review.", id, may("queue", "string", "privacy oder archive", "privacy or archive")),
		read("survey_holding_show", a.holding, "Zeigt einen Datenbestand mit den Antworten, die man sehen darf, und der Bewertung Zeile für Zeile.", "Shows a holding with the answers one may see and its scores line by line.", id, of),
		write("survey_holding_approve", a.approve, "Gibt einen Datenbestand frei (Vier-Augen-Prinzip).", "Approves a holding (four eyes).", id, of, may("rev", "integer", "geprüfte Fassung", "revision that was reviewed"), comment,
			may("resolved", "list", "geklärte Gründe", "reasons that are settled"), may("description_only", "boolean", "nur die Beschreibung veröffentlichen", "publish the description only"), may("licence", "string", "Lizenz, wenn die Dienststelle keine genannt hat (Kürzel der Auswahl, etwa dlby)", "licence where the office named none (code of the option, such as dlby)")),
		write("survey_holding_return", a.giveBack, "Gibt einen Datenbestand mit Hinweis zurück.", "Returns a holding with a comment.", id, of, need("comment", "string", "Hinweis an die Dienststelle", "comment for the office")),
		write("survey_holding_withdraw", a.takeDown, "Nimmt einen Datenbestand aus der Veröffentlichung.", "Takes a holding out of the public.", id, of, need("comment", "string", "Grund", "reason")),
		write("survey_holding_ask", a.ask, "Stellt der Dienststelle eine Frage zu einer Antwort.", "Asks the office about an answer.", id, of, may("question", "string", "Frage des Fragebogens", "question of the template"), need("text", "string", "Text", "text")),
		read("survey_proposal_list", a.proposals, "Listet, was neuere Antworten in Datensätzen ändern würden, die von Hand geändert wurden.", "Lists what newer answers would change in datasets that were edited by hand."),
		write("survey_proposal_decide", a.settle, "Übernimmt oder verwirft Vorschläge aus neueren Antworten.", "Takes or drops proposals of newer answers.", need("dataset", "string", "Name oder Kennung des Datensatzes", "name or id of the dataset"),
			may("take", "list", "Felder, die übernommen werden", "fields to take"), may("drop", "list", "Felder, die bleiben, wie sie sind", "fields to leave as they are"), may("rev", "integer", "Fassung, die angesehen wurde", "revision that was looked at")),
		read("survey_insight", a.insight, "Wertet eine Runde aus: Reihenfolge, Hindernisse, Felder.", "Evaluates a round: order, obstacles, quadrants.", id, may("whole_city", "boolean", "alle Datenbestände der Stadt", "all holdings of the city")),
		read("survey_compare", a.compare, "Stellt die Städte auf den festen Fragen nebeneinander.", "Puts the cities side by side on the fixed questions.", may("city", "string", "Stadt, deren Lücken gesucht werden", "city whose gaps are looked for")),
		read("survey_register_list", a.registers, "Listet die Register mit Stand, Lücken und Leistungen.", "Lists the registers with state, gaps and services.", may("city", "string", "Kürzel der Stadt", "code of the city")),
		read("survey_template_list", a.templates, "Listet die Fragebögen.", "Lists the questionnaires."),
		ckan.Action{Name: "survey_template_show", Free: true, Auth: ckan.AuthAnyone, Doc: catalog.DE("Zeigt einen freigegebenen Fragebogen als Dokument.", "Shows a released questionnaire as document."), Params: []ckan.Param{ref}, Run: a.template, Example: map[string]any{"template": "man-datensilo@1.0.0"}},
		write("survey_template_adopt", a.adopt, "Prüft und übernimmt einen Fragebogen.", "Checks and adopts a questionnaire.", need("document", "object", "Dokument im Format trio.survey.template/1", "document of format trio.survey.template/1"), may("dry_run", "boolean", "nur prüfen", "check only")),
		write("survey_template_release", a.release, "Gibt einen Entwurf frei.", "Releases a draft.", ref),
		read("survey_template_merge", a.merge, "Zeigt, was die Umstellung auf eine neuere Kernvorlage bedeutet.", "Shows what moving to a newer core template comes to.", ref, to, choices),
		write("survey_template_merge_accept", a.acceptMerge, "Legt die Umstellung auf eine neuere Kernvorlage als Entwurf einer neuen Fassung ab.", "Keeps the move to a newer core template as the draft of a new version.", ref, to, choices),
		write("survey_import", a.importFile, "Liest Antworten im Format trio.survey.responses/1; mit dry_run nur zur Ansicht.", "Reads answers of format trio.survey.responses/1; with dry_run as a preview only.", city, need("document", "object", "Dokument mit den Antworten", "document with the answers"), may("dry_run", "boolean", "nichts speichern", "store nothing"), may("template", "string", "Fragebogen, sonst die Kernvorlage", "questionnaire, else the core template")),
		read("survey_column_list", a.columns, "Listet, was Spalten in Dateien einer Stadt bedeuten.", "Lists what headings in a city's files mean.", city),
		write("survey_column_set", a.setColumn, "Merkt sich, was eine Spalte in den Dateien einer Stadt bedeutet.", "Remembers what a heading in a city's files means.", city, need("heading", "string", "Überschrift der Spalte", "heading of the column"),
			may("meaning", "string", "Frage, Frage[Auswahl], - für nicht lesen; leer vergisst", "question, question[option], - for not to be read; empty forgets"), may("template", "string", "Fragebogen, sonst die Kernvorlage", "questionnaire, else the core template")),
		write("survey_contact_forget", a.forget, "Entfernt Kontakte von Personen überall und endgültig.", "Removes contacts of persons everywhere and for good.", city, may("office", "string", "Dienststelle", "office"), may("contact", "string", "Name, E-Mail oder Telefon", "name, e-mail or telephone")),
	)
}

// surveyAPI answers them.
type surveyAPI struct{ k *core }

// wrote lets the answer wait until searches see what was written.
func (a *surveyAPI) wrote(ctx context.Context, c *ckan.Call) error {
	last, err := lastChange(ctx, a.k)
	c.Wrote(last.Seq)
	return err
}

func (a *surveyAPI) rounds(ctx context.Context, c *ckan.Call) (any, error) {
	list, err := a.k.rounds.List(ctx, c.Actor)
	out := make([]roundLine, len(list))
	for i, o := range list {
		out[i] = lineOf(o)
	}
	return out, err
}

func (a *surveyAPI) round(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	o, lines, err := a.k.rounds.Status(ctx, c.Actor, id)
	if err != nil {
		return nil, err
	}
	type office struct {
		ID string `json:"id"`
		statusLine
	}
	offices := make([]office, len(lines))
	for i, l := range lines {
		offices[i] = office{l.ID, statusLine{Office: l.Name, Lang: l.Lang, Department: l.Department, State: l.State, Holdings: l.Holdings, Waiting: l.Waiting, Late: l.Late, Changed: l.Changed, Reminders: l.Reminders, Unreachable: l.Unreachable}}
	}
	return map[string]any{"round": statusOf(o), "offices": offices}, nil
}

func (a *surveyAPI) create(ctx context.Context, c *ckan.Call) (any, error) {
	if _, err := c.Args.Required("city"); err != nil {
		return nil, err
	}
	deadline, err := round.EndOfDay(c.Args.String("deadline"))
	if err != nil {
		return nil, err
	}
	return a.k.rounds.Create(ctx, c.Actor, round.Plan{City: c.Args.String("city"), Title: c.Args.String("title"), Deadline: deadline, Contact: c.Args.String("contact"), Ref: c.Args.String("template"), Remind: c.Args.Bool("remind", false)})
}

func (a *surveyAPI) state(state string) ckan.RunFunc {
	return func(ctx context.Context, c *ckan.Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		return nil, a.k.rounds.SetState(ctx, c.Actor, id, state)
	}
}

func (a *surveyAPI) offices(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var rows []struct{ Name, Parent, Email, Lang string }
	if err := into(c.Args, "offices", &rows); err != nil {
		return nil, err
	}
	list := make([]round.Row, len(rows))
	for i, r := range rows {
		list[i] = round.Row{Ref: fmt.Sprint(i + 1), Name: r.Name, Parent: r.Parent, Email: r.Email, Lang: r.Lang}
	}
	return a.k.rounds.AddOffices(ctx, c.Actor, id, list)
}

func (a *surveyAPI) language(ctx context.Context, c *ckan.Call) (any, error) {
	var args [3]string
	for i, name := range []string{"id", "office", "lang"} {
		var err error
		if args[i], err = c.Args.Required(name); err != nil {
			return nil, err
		}
	}
	return nil, a.k.rounds.SetLanguage(ctx, c.Actor, args[0], args[1], args[2])
}

func (a *surveyAPI) proposals(ctx context.Context, c *ckan.Call) (any, error) {
	list, err := a.k.rounds.Proposing(ctx, c.Actor)
	return proposingLines(list), err
}

func (a *surveyAPI) settle(ctx context.Context, c *ckan.Call) (any, error) {
	dataset, err := c.Args.Required("dataset")
	if err != nil {
		return nil, err
	}
	rev, err := c.Args.Natural("rev", 0)
	if err != nil {
		return nil, err
	}
	e, err := a.k.rounds.Settle(ctx, c.Actor, dataset, int64(rev), c.Args.List("take"), c.Args.List("drop"))
	if err != nil {
		return nil, err
	}
	if err := a.wrote(ctx, c); err != nil {
		return nil, err
	}
	return proposingLines([]holding.Proposing{{Dataset: e, List: holding.Proposals(e)}})[0], nil
}

// into reads an argument that is a list or object, also one sent as JSON text.
func into(args ckan.Args, name string, v any) error {
	text, err := document(args, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return ckan.Invalid(name, "not in the form expected")
	}
	return nil
}

func document(args ckan.Args, name string) ([]byte, error) {
	switch x := args[name].(type) {
	case nil:
		return nil, ckan.Invalid(name, "Missing value")
	case string:
		return []byte(x), nil
	default:
		text, err := json.Marshal(x)
		if err != nil {
			return nil, ckan.Invalid(name, "not in the form expected")
		}
		return text, nil
	}
}

func (a *surveyAPI) invite(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	list, err := a.k.rounds.Invite(ctx, c.Actor, id, c.Args.List("offices"))
	if err != nil {
		return nil, err
	}
	c.Secret()
	out := make([]invited, len(list))
	for i, inv := range list {
		out[i] = invited{Office: inv.Office.Name, Email: inv.Office.Email, URL: a.k.rounds.LinkTo(inv.Token), Expires: inv.Link.Expires}
	}
	return out, nil
}

func (a *surveyAPI) remind(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	if a.k.rounds.SendsLetters() {
		return a.k.rounds.RemindByMail(ctx, c.Actor, id, c.Args.List("offices"))
	}
	list, err := a.k.rounds.Remind(ctx, c.Actor, id, c.Args.List("offices"))
	return map[string]int{"reminded": len(list)}, err
}

func (a *surveyAPI) inbox(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	_, list, err := a.k.rounds.Inbox(ctx, c.Actor, id, c.Args.String("queue"))
	if err != nil {
		return nil, err
	}
	type line struct {
		Holding        string    `json:"holding"`
		Title          string    `json:"title"`
		Office         string    `json:"office"`
		Publishability string    `json:"publishability"`
		Quadrant       string    `json:"quadrant"`
		Priority       int       `json:"priority"`
		Privacy        bool      `json:"privacy_check"`
		Archive        bool      `json:"archive_check"`
		Submitted      time.Time `json:"submitted"`
	}
	out := make([]line, len(list))
	for i, x := range list {
		out[i] = line{x.Holding.ID, x.Holding.Title, x.Office.Name, x.Publishability, x.Quadrant, x.Priority, x.Privacy, x.Archive, x.Holding.Submitted}
	}
	return out, nil
}

// pair reads round and holding.
func pair(c *ckan.Call) (id, of string, err error) {
	if id, err = c.Args.Required("id"); err == nil {
		of, err = c.Args.Required("holding")
	}
	return id, of, err
}

func (a *surveyAPI) holding(ctx context.Context, c *ckan.Call) (any, error) {
	id, of, err := pair(c)
	if err != nil {
		return nil, err
	}
	v, err := a.k.rounds.Review(ctx, c.Actor, id, of)
	if err != nil {
		return nil, err
	}
	return reviewed(v), nil
}

func (a *surveyAPI) approve(ctx context.Context, c *ckan.Call) (any, error) {
	id, of, err := pair(c)
	if err != nil {
		return nil, err
	}
	rev, err := c.Args.Natural("rev", 0)
	if err != nil {
		return nil, err
	}
	findings, err := a.k.rounds.Decide(ctx, c.Actor, id, of, int64(rev), c.Args.String("comment"), holding.Decision{Resolved: c.Args.List("resolved"), Description: c.Args.Bool("description_only", false), Licence: c.Args.String("licence")})
	if err != nil {
		return nil, err
	}
	if findings == nil {
		findings = []catalog.Finding{}
	}
	return map[string]any{"findings": findings}, a.wrote(ctx, c)
}

func (a *surveyAPI) giveBack(ctx context.Context, c *ckan.Call) (any, error) {
	id, of, err := pair(c)
	if err != nil {
		return nil, err
	}
	return nil, a.k.rounds.Return(ctx, c.Actor, id, of, c.Args.String("comment"))
}

func (a *surveyAPI) takeDown(ctx context.Context, c *ckan.Call) (any, error) {
	id, of, err := pair(c)
	if err != nil {
		return nil, err
	}
	if err := a.k.rounds.TakeDown(ctx, c.Actor, id, of, c.Args.String("comment")); err != nil {
		return nil, err
	}
	return nil, a.wrote(ctx, c)
}

func (a *surveyAPI) ask(ctx context.Context, c *ckan.Call) (any, error) {
	id, of, err := pair(c)
	if err != nil {
		return nil, err
	}
	return nil, a.k.rounds.Ask(ctx, c.Actor, id, of, c.Args.String("question"), c.Args.String("text"))
}

func (a *surveyAPI) insight(ctx context.Context, c *ckan.Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	in, err := a.k.rounds.Insight(ctx, c.Actor, id, c.Args.Bool("whole_city", false))
	if err != nil {
		return nil, err
	}
	type point struct {
		LocalID string `json:"local_id"`
		Title   string `json:"title"`
		Office  string `json:"office"`
		Status  string `json:"status"`
		*survey.Assessment
	}
	points := func(list []round.Point) []point {
		out := make([]point, len(list))
		for i, p := range list {
			out[i] = point{p.LocalID, p.Title, p.Office, string(p.Status), p.Assessment}
		}
		return out
	}
	blocks := map[string]int{}
	for _, b := range in.Blocks {
		blocks[b.Reason] = len(b.Points)
	}
	return map[string]any{"holdings": points(in.Points), "next": points(in.Next), "hvd": points(in.HVD), "blocks": blocks, "quadrants": in.Quadrants, "published": in.Published, "incomplete": in.Incomplete}, nil
}

func (a *surveyAPI) compare(ctx context.Context, c *ckan.Call) (any, error) {
	out, err := a.k.rounds.Compare(ctx, c.Actor, c.Args.String("city"))
	if err != nil {
		return nil, err
	}
	labels := func(list []round.Kind) []string {
		names := make([]string, len(list))
		for i, k := range list {
			names[i] = k.Label
		}
		return names
	}
	t := out.Table("en")
	return map[string]any{"city": out.City.Name, "columns": t.Columns, "rows": t.Rows, "gaps": labels(out.Gaps), "missing": labels(out.Missing)}, nil
}

func (a *surveyAPI) registers(ctx context.Context, c *ckan.Call) (any, error) {
	return a.k.rounds.Registers(ctx, c.Actor, c.Args.String("city"))
}

func (a *surveyAPI) templates(ctx context.Context, c *ckan.Call) (any, error) {
	return a.k.rounds.Templates(ctx, c.Actor)
}

func (a *surveyAPI) template(ctx context.Context, c *ckan.Call) (any, error) {
	ref, err := c.Args.Required("template")
	if err != nil {
		return nil, err
	}
	_, doc, _, err := a.k.rounds.Document(ctx, c.Actor, ref)
	return json.RawMessage(doc), err
}

func (a *surveyAPI) adopt(ctx context.Context, c *ckan.Call) (any, error) {
	doc, err := document(c.Args, "document")
	if err != nil {
		return nil, err
	}
	if c.Args.Bool("dry_run", false) {
		t, err := a.k.rounds.CheckTemplate(ctx, c.Actor, doc)
		var refusal *catalog.Error
		if errors.As(err, &refusal) && refusal.Kind == catalog.KindInvalid {
			return map[string]any{"valid": false, "findings": refusal.Findings}, nil
		}
		if err != nil {
			return nil, err
		}
		return map[string]any{"template": t.Ref(), "questions": len(t.Questions()), "valid": true}, nil
	}
	return a.k.rounds.Adopt(ctx, c.Actor, doc, "")
}

func (a *surveyAPI) release(ctx context.Context, c *ckan.Call) (any, error) {
	ref, err := c.Args.Required("template")
	if err != nil {
		return nil, err
	}
	return nil, a.k.rounds.Release(ctx, c.Actor, ref)
}

// merging reads what both actions of a merge are called with.
func merging(c *ckan.Call) (ref, to string, settle map[string]string, err error) {
	if ref, err = c.Args.Required("template"); err != nil {
		return "", "", nil, err
	}
	if to, err = c.Args.Required("to"); err != nil {
		return "", "", nil, err
	}
	if c.Args["choices"] != nil {
		err = into(c.Args, "choices", &settle)
	}
	return ref, to, settle, err
}

func (a *surveyAPI) merge(ctx context.Context, c *ckan.Call) (any, error) {
	ref, to, settle, err := merging(c)
	if err != nil {
		return nil, err
	}
	return a.k.rounds.MergeBase(ctx, c.Actor, ref, to, settle)
}

func (a *surveyAPI) acceptMerge(ctx context.Context, c *ckan.Call) (any, error) {
	ref, to, settle, err := merging(c)
	if err != nil {
		return nil, err
	}
	return a.k.rounds.AcceptMerge(ctx, c.Actor, ref, to, settle)
}

func (a *surveyAPI) importFile(ctx context.Context, c *ckan.Call) (any, error) {
	name, err := c.Args.Required("city")
	if err != nil {
		return nil, err
	}
	city, err := cityByName(name)
	if err != nil {
		return nil, ckan.Invalid("city", "must be one of muenchen, augsburg, nuernberg")
	}
	if err := a.k.rounds.MayImport(ctx, c.Actor, city.Code); err != nil {
		return nil, err
	}
	tmpl := survey.Default()
	if ref := c.Args.String("template"); ref != "" {
		if _, _, tmpl, err = a.k.rounds.Document(ctx, c.Actor, ref); err != nil {
			return nil, err
		}
	}
	doc, err := document(c.Args, "document")
	if err != nil {
		return nil, err
	}
	// The city's organization and its groups are made where they are missing.
	by := c.Actor
	by.Sysadmin = true
	out, err := a.k.intake().Take(ctx, by, intake.Delivery{City: city, Template: tmpl, Name: "api.json", Data: doc, DryRun: c.Args.Bool("dry_run", false)})
	if err != nil {
		return nil, err
	}
	return out, a.wrote(ctx, c)
}

// ofCity finds the city whose files the actor may import.
func (a *surveyAPI) ofCity(ctx context.Context, c *ckan.Call) (vocab.City, error) {
	name, err := c.Args.Required("city")
	if err != nil {
		return vocab.City{}, err
	}
	city, err := cityByName(name)
	if err != nil {
		return vocab.City{}, ckan.Invalid("city", "must be one of muenchen, augsburg, nuernberg")
	}
	return city, a.k.rounds.MayImport(ctx, c.Actor, city.Code)
}

func (a *surveyAPI) columns(ctx context.Context, c *ckan.Call) (any, error) {
	city, err := a.ofCity(ctx, c)
	if err != nil {
		return nil, err
	}
	return a.k.desk.Columns(ctx, city)
}

func (a *surveyAPI) setColumn(ctx context.Context, c *ckan.Call) (any, error) {
	city, err := a.ofCity(ctx, c)
	if err != nil {
		return nil, err
	}
	heading, err := c.Args.Required("heading")
	if err != nil {
		return nil, err
	}
	tmpl := survey.Default()
	if ref := c.Args.String("template"); ref != "" {
		if _, _, tmpl, err = a.k.rounds.Document(ctx, c.Actor, ref); err != nil {
			return nil, err
		}
	}
	meaning := c.Args.String("meaning")
	if meaning != "" {
		if meaning, err = intake.Meaning(tmpl, meaning); err != nil {
			return nil, ofArgument("meaning", err)
		}
	}
	return nil, a.k.desk.RememberColumns(ctx, c.Actor, city, map[string]string{heading: meaning})
}

// ofArgument says which argument a refusal is about.
func ofArgument(name string, err error) error {
	var refusal *catalog.Error
	if errors.As(err, &refusal) {
		for i := range refusal.Findings {
			refusal.Findings[i].Field = name
		}
	}
	return err
}

func (a *surveyAPI) forget(ctx context.Context, c *ckan.Call) (any, error) {
	city, err := c.Args.Required("city")
	if err != nil {
		return nil, err
	}
	return a.k.rounds.Forget(ctx, c.Actor, round.Whom{City: city, Office: c.Args.String("office"), Contact: c.Args.String("contact")})
}
