package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"trio.example/catalog"
)

// madeUp makes datasets for measurements: words of German syllables with the
// frequencies of a natural text (Zipf), one in eight a compound, some that occur
// nowhere else; organizations, groups, formats and dates. The same seed gives
// the same catalogue.
type madeUp struct {
	*rand.Rand
	words []string // the most frequent first, without compounds
	zipf  *rand.Zipf
	orgs  []string
	group []string
}

// benchWords are the beginnings and ends that compounds are put together from.
var benchWords = [2][]string{
	strings.Fields(`Abfall Abwasser Alten Amts Arbeits Ausländer Bade Bau Baum Bebauungs Behinderten Berufs Betreuungs Bevölkerungs Bibliotheks
		Biotop Boden Brand Brücken Brunnen Buden Bürger Bus Denkmal Eigenheim Einkaufs Einwohner Eis Energie Erholungs Fahrrad Familien Feinstaub
		Ferien Feuerwehr Finanz Flächen Flug Forst Freizeit Fried Fuß Garten Gas Gebäude Geburten Gefahren Gehweg Gemeinde Gewässer Gewerbe Grab Grün
		Grund Hafen Hallen Handels Haupt Haus Haushalts Heim Hoch Hochwasser Hotel Hunde Impf Industrie Insel Jugend Kanal Karten Kinder Kirchen Klima
		Kraft Kranken Kultur Kunst Laden Land Lärm Laub Luft Markt Miet Museums Müll Musik Nacht Natur Netz Not Obst Orts Park Pendler Personal Pflege
		Plan Platz Post Quartiers Rad Rat Rechts Regen Reise Renten Rohr Schiffs Schul Schwimm See Senioren Siedlungs Sozial Spiel Sport Stadt Stadtteil
		Stand Steuer Straßen Strom Tage Taxi Theater Tier Tourismus Trink Ufer Umwelt Unfall Verkehrs Vereins Wahl Wald Wasser Weg Weihnachts Wetter Wind
		Wirtschafts Wohn Zahl Zeit Zug`),
	strings.Fields(`amt anlagen antrag atlas aufkommen ausgaben bedarf bericht bestand betrieb bezirk bilanz daten dichte entwicklung erhebung
		ergebnis fläche förderung gebiet gebühren gesetz grenzen güte haus jahr karte kataster klasse konzept kosten lage last leistung leitung linien liste
		markt menge messung modell nachweis netz nummern nutzung ordnung orte plan plätze preise profil prognose projekt punkte quote rate raum register
		route satzung schutz statistik stätten stelle strategie struktur tafel temperatur träger übersicht umfrage vergleich verzeichnis vorhaben wege wert
		zählung zahlen zeiten ziele zone zuschuss`),
}

// benchSyllables are what other words are made of: onsets, vowels, ends of
// syllables, endings of words.
var benchSyllables = [4][]string{
	strings.Fields("b d f g h k l m n p r s t w z br fl gr kl pf sch schw sp st tr"),
	strings.Fields("a e i o u ä ö ü au ei eu ie"),
	strings.Fields("n r l s t ng ck rt nd st cht m"),
	strings.Fields("e en er ung heit schaft isch el in lich"),
}

const (
	benchVocabulary = 30_000
	compoundShare   = 12 // percent of a text
)

func newMadeUp() *madeUp {
	m := &madeUp{Rand: rand.New(rand.NewPCG(2026, 11))}
	m.words = strings.Fields("Daten der Stadt und die in für von mit nach Jahr je Stand Auswertung Bezirk Haushalt Schule Wasser Verkehr Umwelt Plan Karte Zahl")
	for seen := map[string]bool{}; len(m.words) < benchVocabulary; {
		if w := m.newWord(); !seen[w] {
			seen[w] = true
			m.words = append(m.words, w)
		}
	}
	m.zipf = rand.NewZipf(m.Rand, 1.07, 8, benchVocabulary-1)
	return m
}

func (m *madeUp) oneOf(list []string) string { return list[m.IntN(len(list))] }

// newWord makes a word of one or two syllables and an ending.
func (m *madeUp) newWord() string {
	var b strings.Builder
	for range 1 + m.IntN(2) {
		b.WriteString(m.oneOf(benchSyllables[0]) + m.oneOf(benchSyllables[1]) + m.oneOf(benchSyllables[2]))
	}
	w := b.String() + m.oneOf(benchSyllables[3])
	if m.IntN(2) == 0 {
		w = strings.ToUpper(w[:1]) + w[1:]
	}
	return w
}

// compound puts two words together.
func (m *madeUp) compound() string { return m.oneOf(benchWords[0]) + m.oneOf(benchWords[1]) }

// word is one of a text: frequent ones often, and now and then a compound.
func (m *madeUp) word() string {
	if m.IntN(100) < compoundShare {
		return m.compound()
	}
	return m.words[m.zipf.Uint64()]
}

func (m *madeUp) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		if m.IntN(100) < 2 { // a word of its own, as names and numbers are
			fmt.Fprintf(&b, "%s%d", m.word(), m.IntN(100_000))
			continue
		}
		b.WriteString(m.word())
	}
	return b.String()
}

const (
	benchOrgs   = 150
	benchGroups = 13
)

// shared makes organizations and groups.
func (m *madeUp) shared() []*catalog.Entry {
	var out []*catalog.Entry
	for i := range benchOrgs + benchGroups {
		e := &catalog.Entry{ID: catalog.NewID(), Name: fmt.Sprintf("amt-%d", i), Type: catalog.TypeOrganization, State: catalog.StateActive, Access: catalog.AccessPublic,
			Fields: catalog.Fields{"title": "Amt für " + m.text(2)}}
		if i >= benchOrgs {
			e.Type, e.Name, e.Fields["title"] = catalog.TypeGroup, fmt.Sprintf("thema-%d", i-benchOrgs), m.word()
			m.group = append(m.group, e.ID)
		} else {
			m.orgs = append(m.orgs, e.ID)
		}
		out = append(out, e)
	}
	return out
}

var benchFormats = strings.Fields("CSV JSON XML PDF GeoJSON WMS WFS SHP XLSX HTML TXT ZIP GML KML ODS GPKG RDF DOCX PNG TIFF")

func (m *madeUp) dataset(i int) *catalog.Entry {
	at := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.Int64N(int64(10 * 365 * 24 * time.Hour))))
	tags := []any{}
	for range 3 + m.IntN(5) {
		tags = append(tags, m.words[m.IntN(5000)])
	}
	e := &catalog.Entry{
		ID: catalog.NewID(), Name: fmt.Sprintf("datensatz-%d", i), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic,
		Owner: m.orgs[m.IntN(len(m.orgs))], Stamp: at,
		Fields: catalog.Fields{
			"title": m.text(3 + m.IntN(4)), "notes": m.text(65), "tags": tags, "groups": []any{m.group[m.IntN(len(m.group))]},
			"license_id": []string{"cc-by", "cc-zero", "dl-de-by-2.0", "dl-de-zero-2.0", "other-closed"}[m.IntN(5)],
			"frequency":  []string{"ANNUAL", "MONTHLY", "DAILY"}[m.IntN(3)], "identifier": fmt.Sprintf("https://daten.example/%d", i),
		},
	}
	for j := range 1 + m.IntN(5)/4 {
		format := benchFormats[min(m.IntN(len(benchFormats)), m.IntN(len(benchFormats)))]
		e.Parts = append(e.Parts, catalog.Part{ID: catalog.NewID(), Created: at, Modified: at, Fields: catalog.Fields{
			"name": m.text(2), "format": format, "url": fmt.Sprintf("https://daten.example/%d/%d.%s", i, j, strings.ToLower(format))}})
	}
	return e
}

// fill stores datasets in transactions of a thousand.
func (m *madeUp) fill(ctx context.Context, k *core, n int) error {
	bulk := catalog.Actor{Bulk: true, Sysadmin: true}
	put := func(list []*catalog.Entry) error {
		_, err := k.store.Update(ctx, bulk, func(tx catalog.WriteTx) error {
			for _, e := range list {
				if err := tx.PutEntry(e, catalog.OpCreate); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}
	if err := put(m.shared()); err != nil {
		return err
	}
	for i := 0; i < n; {
		var list []*catalog.Entry
		for ; i < n && len(list) < 1000; i++ {
			list = append(list, m.dataset(i))
		}
		if err := put(list); err != nil {
			return err
		}
	}
	return nil
}

// question is the address of one search of the mix: most people type a word,
// some two, others filter or page through everything by date.
func (m *madeUp) question() string {
	const facets = "&facet.field=%5B%22organization%22%2C%22groups%22%2C%22tags%22%2C%22res_format%22%2C%22license_id%22%2C%22frequency%22%5D&rows=20"
	word := func() string {
		if m.IntN(100) < compoundShare {
			return m.compound()
		}
		return m.words[24+min(m.IntN(len(m.words)-24), m.IntN(len(m.words)-24), m.IntN(len(m.words)-24))]
	}
	base := "/api/3/action/package_search?"
	switch x := m.IntN(100); {
	case x < 55:
		return base + "q=" + word() + facets
	case x < 75:
		return base + "q=" + m.word() + "+" + word() + facets
	case x < 85:
		return base + fmt.Sprintf("fq=organization:amt-%d+AND+res_format:%s", m.IntN(benchOrgs), benchFormats[m.IntN(6)]) + facets
	case x < 95:
		return base + fmt.Sprintf("sort=metadata_modified+desc&start=%d", 20*m.IntN(50)) + facets
	default:
		return base + "q=" + word() + fmt.Sprintf("&fq=groups:thema-%d", m.IntN(benchGroups)) + facets
	}
}
