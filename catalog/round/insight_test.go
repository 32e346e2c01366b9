package round_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/round"
)

func TestOffices_listTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, _ := w.begin("Abfrage", "Gartenamt")
	rows := []round.Row{
		{Ref: "2", Name: "Baureferat", Parent: "Stadt"}, {Ref: "3", Name: "Hochbauamt", Parent: "Baureferat", Email: "hochbau@stadt.example"},
		{Ref: "4", Name: "Bauhof", Parent: "Hochbauamt"}, {Ref: "5", Name: "", Parent: "x"}, {Ref: "6", Name: "Kreis A", Parent: "Kreis B"}, {Ref: "7", Name: "Kreis B", Parent: "Kreis A"},
		{Ref: "8", Name: "Amt", Email: "kein Postfach"}, {Ref: "9", Name: "Selbst", Parent: "selbst"}, {Ref: "10", Name: " hochbauamt ", Parent: "BAUREFERAT"},
	}
	first, err := w.svc.AddOffices(ctx, w.officer, name, rows)
	w.must(err)
	if first.New != 6 || first.Rejected != 2 || first.Unchanged != 1 || len(first.Findings) != 4 || first.Findings[0].Row != "5" {
		t.Errorf("first %+v", first)
	}
	again, err := w.svc.AddOffices(ctx, w.officer, name, rows)
	w.must(err)
	if again.New != 0 || again.Changed != 0 || again.Unchanged != 7 {
		t.Errorf("again %+v", again)
	}
	// The language of letters is chosen by the list, and stays where it says nothing.
	for _, c := range []struct {
		lang, want string
		changed    int
	}{{"Englisch", "en", 1}, {"", "en", 0}, {"EN", "en", 0}, {"de", "", 1}, {"Klingonisch", "", 0}} {
		got, err := w.svc.AddOffices(ctx, w.officer, name, []round.Row{{Ref: "2", Name: "Hochbauamt", Parent: "Baureferat", Lang: c.lang}})
		w.must(err)
		_, lines, err := w.svc.Status(ctx, w.officer, name)
		w.must(err)
		i := slices.IndexFunc(lines, func(l round.Line) bool { return l.Name == "Hochbauamt" })
		if lines[i].Lang != c.want || got.Changed != c.changed || lines[i].Email != "hochbau@stadt.example" || (got.Rejected == 1) != (c.lang == "Klingonisch") {
			t.Errorf("%q: %q %+v", c.lang, lines[i].Lang, got)
		}
	}
	_, lines, err := w.svc.Status(ctx, w.officer, name)
	w.must(err)
	var tree []string
	for _, l := range lines {
		tree = append(tree, strings.Repeat("-", l.Depth)+l.Name+"/"+l.Department)
	}
	for _, want := range []string{"Baureferat/Stadt", "-Hochbauamt/Stadt", "--Bauhof/Stadt"} {
		if !slices.Contains(tree, want) {
			t.Errorf("%v lacks %s", tree, want)
		}
	}
	if len(tree) != 7 || !slices.Contains(tree, "Selbst/") {
		t.Errorf("%v", tree)
	}
}

func TestInsight_explainsAndNeutralises(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	good := w.described(token, "Baumkataster")
	bad := w.described(token, `=HYPERLINK("http://x.example")`)
	w.say(token, bad.ID, map[string]any{"G_will": "unen"})
	for _, h := range []*catalog.RoundHolding{good, bad} {
		w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	}
	in, err := w.svc.Insight(ctx, w.officer, name, false)
	w.must(err)
	if len(in.Points) != 2 || len(in.Next) != 1 || in.Next[0].Title != "Baumkataster" || len(in.Blocks) != 1 || in.Blocks[0].Reason != "undecided" || in.Blocks[0].Hard {
		t.Fatalf("insight %+v", in)
	}
	for _, p := range in.Points {
		stored := catalog.Fields(w.entry(p.ID).Fields.Map("assessment"))
		if n, _ := stored.Int("priority"); int(n) != p.Priority {
			t.Errorf("%s: priority %d, stored %d", p.Title, p.Priority, n)
		}
		var s, e float64
		for _, l := range in.Scores(p) {
			if l.Score == "suitability" {
				s += l.Points
			} else {
				e += l.Points
			}
		}
		if int(s+.5) != p.Suitability || int(e+.5) != p.Effort {
			t.Errorf("%s: lines give %v and %v, scores are %d and %d", p.Title, s, e, p.Suitability, p.Effort)
		}
	}
	best := in.Best(in.Points[1])
	if best == nil || !best.Opens || best.Question.ID != "G_will" {
		t.Errorf("best change %+v", best)
	}
	var b strings.Builder
	w.must(in.Table("de", func(r string) string { return r }).WriteCSV(csv.NewWriter(&b)))
	rows := csv.NewReader(strings.NewReader(b.String()))
	rows.Comma = ';'
	all, err := rows.ReadAll()
	w.must(err)
	for _, row := range all {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
}

func TestReview_proposesTheSameKind(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt", "Forstamt")
	first := w.described(tokens["Gartenamt"], "Baumkataster")
	w.say(tokens["Gartenamt"], first.ID, map[string]any{"B_muster": "Umwelt - Bäume"})
	second := w.described(tokens["Forstamt"], "Waldbäume")
	w.say(tokens["Forstamt"], second.ID, map[string]any{"B_muster": "umwelt - bäume"})
	third := w.described(tokens["Forstamt"], "Ruhebänke")
	w.must(w.svc.Submit(ctx, nobody, tokens["Gartenamt"], first.ID))
	w.must(w.svc.Submit(ctx, nobody, tokens["Forstamt"], second.ID))
	w.must(w.svc.Submit(ctx, nobody, tokens["Forstamt"], third.ID))
	for id, want := range map[string]string{first.ID: "Waldbäume", second.ID: "Baumkataster", third.ID: ""} {
		v, err := w.svc.Review(ctx, w.officer, name, id)
		w.must(err)
		got := ""
		for _, a := range v.Alike {
			got += a.Title
			if !a.Model || a.City != "Augsburg" {
				t.Errorf("%+v", a)
			}
		}
		if got != want {
			t.Errorf("alike %q, want %q", got, want)
		}
	}
}

func TestReview_copesWithARemovedEntry(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	_, err := w.reg.Purge(ctx, catalog.System("test"), catalog.TypeHolding.Namespace(), w.holding(h.ID).Entry)
	w.must(err)
	if _, items, err := w.svc.Inbox(ctx, w.officer, name, ""); err != nil || len(items) != 1 {
		t.Errorf("inbox %v %v", items, err)
	}
	_, err = w.svc.Review(ctx, w.officer, name, h.ID)
	w.must(err)
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.refused(err, catalog.KindConflict, "removed")
	w.must(w.svc.Withdraw(ctx, nobody, token, h.ID))
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.must(err)
}
