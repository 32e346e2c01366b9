package survey_test

import (
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// TestBestChange_countsWhatTheScoreShows: what a change comes to is reckoned like
// the priority beside it, and every kind of answer that matters is tried.
func TestBestChange_countsWhatTheScoreShows(t *testing.T) {
	t.Parallel()
	tmpl := survey.Default()
	best := catalog.Fields{
		"B_title": "Baumkataster", "B_desc": "Bäume.", "B_freq": "mon", "B_muster": "Umwelt - Baum", "C_format": []any{"csv"}, "C_storage": []any{"gis"}, "C_model": "ja", "B_volume": "s", "D_iface": []any{"wfs"}, "D_vendor": "none",
		"E_personal": "kein", "E_secrecy": []any{"kein"}, "E_third": "kein", "E_licence": "cc0", "F_complete": "1", "F_current": "1", "F_doc": "1", "G_benefit": "hoch", "G_effort": "s", "G_will": "ja",
	}
	with := func(more catalog.Fields) catalog.Fields {
		out := best.Clone()
		for k, v := range more {
			if out[k] = v; v == nil {
				delete(out, k)
			}
		}
		return out
	}
	if c := tmpl.BestChange(best, false); c != nil {
		t.Errorf("nothing is left to change, but %+v", c)
	}
	for name, c := range map[string]struct {
		answers  catalog.Fields
		reuse    bool
		question string
		to       string
		priority int
		opens    bool
	}{
		"an option":                     {with(catalog.Fields{"G_benefit": "nied", "D_vendor": "paid"}), false, "G_benefit", "hoch", 96, false},
		"with another city's":           {with(catalog.Fields{"G_benefit": "nied", "D_vendor": "paid", "F_doc": "4"}), true, "G_benefit", "hoch", 96, false},
		"any answer":                    {with(catalog.Fields{"B_muster": nil}), false, "B_muster", "eine Angabe", 100, false},
		"a text without an address":     {with(catalog.Fields{"B_desc": "Fragen an anna@stadt.example"}), false, "B_desc", "ohne E-Mail-Adresse", 100, true},
		"an answer that unasks another": {with(catalog.Fields{"E_personal": "art9", "E_derive": "nein", "E_dpo": "obj"}), false, "E_personal", "kein Personenbezug", 100, true},
		"what opens before what gains":  {with(catalog.Fields{"E_third": "unb", "G_benefit": "nied"}), false, "E_third", "keine Rechte Dritter", 88, true},
	} {
		got := tmpl.BestChange(c.answers, c.reuse)
		if got == nil || got.Question.ID != c.question || got.To.In("de") != c.to || got.Priority != c.priority || got.Opens != c.opens {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if now := tmpl.AssessReused(c.answers, c.reuse); got.Gain != got.Priority-now.Priority {
			t.Errorf("%s: the gain %d does not lead from %d to %d", name, got.Gain, now.Priority, got.Priority)
		}
	}
}
