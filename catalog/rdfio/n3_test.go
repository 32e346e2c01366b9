package rdfio_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// TestRead_n3 holds what N3 has beyond Turtle against what rdflib reads. Blank
// nodes are told apart by what is said of them alone.
func TestRead_n3(t *testing.T) {
	t.Parallel()
	lim := rdfio.DefaultLimits
	lim.Base = "http://e/d"
	for text, want := range map[string][]string{
		"":                                {},
		":a :p :b .":                      {"#a #p #b"},
		"@prefix : <#>. :a = :b ; :p :c.": {"#a owl:sameAs #b", "#a #p #c"},
		":a => :b . :c <= :d .":           {"#a => #b", "#d => #c"},
		":a is :p of :b, :c ; :q :d . :e has :p :f ; @has :q :g ; @is :r @of :h ; @a :T .":               {"#b #p #a", "#c #p #a", "#a #q #d", "#e #p #f", "#e #q #g", "#h #r #e", "#e a #T"},
		":a!:p :q :c . :d :q :e!:f!:g , :h^:i .":                                                         {"#a #p _", "_ #q #c", "#e #f _", "_ #g _", "#d #q _", "#d #q _", "_ #i #h"},
		":a :p [ :q :z ]!:r .":                                                                           {"_ #q #z", "_ #r _", "#a #p _"},
		"[ is :p of :b ; :q [ is :r of :c!:d ] ] :z :y .":                                                {"#b #p _", "_ #q _", "_ #r _", "#c #d _", "_ #z #y"},
		"@keywords a, is, of. x a T . x is p of y. x q true, 1, 1.5, \"s\" .":                            {"#x a #T", "#y #p #x", "#x #q #true", "#x #q 1", "#x #q 1.5", "#x #q s"},
		"@keywords a . x is y ; has z .":                                                                 {"#x #is #y", "#x #has #z"},
		":a :p \"a!b^c is d of {} ?x\"@de , '''x\n=> y'''^^:t , \"q\"^^<http://e/t> . # { is of":         {"#a #p a!b^c is d of {} ?x", "#a #p x\n=> y", "#a #p q"},
		"@prefix e: <http://e/d#>. e:a.b is # who\n e:p.q\n of e:c. e:a is e:p\\~x of e:b; e:c%20d 5.":   {"#c #p.q #a.b", "#b #p~x #a", "#a #c%20d 5"},
		"PREFIX e: <http://e/d#>\nBASE <http://e/x>\n<d#x> is e:p of <d#y> . <d#x> is <d#rel> of <d#z>.": {"#y #p #x", "#z #rel #x"},
		"@prefix is: <http://e/d#>. is:x is:of is:y . _:x is is:p of is:z .":                             {"#x #of #y", "#z #p _"},
	} {
		g, err := rdfio.Read(t.Context(), strings.NewReader(text), rdfio.N3, lim)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := []string{}
		for s, st := range g.All() {
			name := func(x rdfio.Term) string {
				if x.Kind == 'b' {
					return "_"
				}
				return strings.TrimPrefix(x.Value, lim.Base)
			}
			p := strings.TrimPrefix(rdfio.Compact(st.Predicate), lim.Base)
			p = strings.NewReplacer("rdf:type", "a", "http://www.w3.org/2000/10/swap/log#implies", "=>").Replace(p)
			got = append(got, name(s)+" "+p+" "+name(st.Object))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// TestRead_n3Refusals holds that what N3 says beyond data is one error with its
// place, as is what is wrong.
func TestRead_n3Refusals(t *testing.T) {
	t.Parallel()
	lim := rdfio.DefaultLimits
	lim.Bytes = 1 << 20
	deep := strings.Repeat("[ :p ", 70) + ":o" + strings.Repeat("]", 70)
	for text, want := range map[string]string{
		":a :b :c .\n{ :a :p :b } => { :c :d :e } .": "(Zeile 2): Regeln",
		"\n\n:a :p ?x .":          "(Zeile 3): Regeln",
		"@forAll :x . :x :p :y .": "(Zeile 1): Regeln",
		":a is :p\n:b .":          "(Zeile 2): Hinter „is“ und einer Eigenschaft fehlt „of“",
		":a is :p!:q of :b .":     "fehlt „of“",
		":a is y of :b .":         "(Zeile 1): Hier sollte eine Adresse",
		"\n:a is x:p of :b .":     "\"x:\" ist nicht erklärt (Zeile 2)",
		":a :p :b!":               "(Zeile 1): Hier sollte eine Adresse",
		"!:p :q :r .":             "beginnt mit keiner Angabe",
		"\n:a :p \"x\"!:q .":      "(Zeile 2): Ein Pfad mit ! oder ^ beginnt bei einem Text",
		":a is :p of \"x\" .":     "Über einen Text lässt sich nichts aussagen",
		":a :p ] .":               "nicht geöffnet wurde (Zeile 1)",
		":a :p :b :c .":           "(Zeile 1)",
		"@keywords a, ! .":        "Hinter @keywords stehen nur Namen",
		"@keywords a":             "Die Liste hinter @keywords endet nicht",
		"@prefix x: <urn:" + strings.Repeat("x", 4000) + "> ." + strings.Repeat(" :a is x:p of :b .", 2000): "größer als",
		deep + " :q :r .": "zu tief verschachtelt",
		":a :p :b" + strings.Repeat("!:c", 70) + ".": "zu tief verschachtelt",
	} {
		_, err := rdfio.Read(t.Context(), strings.NewReader(text), rdfio.N3, lim)
		if err == nil || !strings.Contains(err.Error(), want) || catalog.KindOf(err) == catalog.KindInternal {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
}
