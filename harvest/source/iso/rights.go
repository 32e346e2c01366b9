package iso

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// licence is what a record says about use.
type licence struct {
	uri, ckan   string
	attribution string
	words       []string // everything said, for the rights of distributions
	unknown     []string // what claims to be a licence and is none that we know
}

const noLimitations = "LimitationsOnPublicAccess/noLimitations"

// rights reads licences where they stand in practice: anchors, JSON as German
// geodata portals write it, names and addresses in plain text.
func (m *mapping) rights() {
	var l licence
	for _, c := range m.ident.all("resourceConstraints/*") {
		licensed := false
		for _, u := range c.all("useConstraints") {
			code := u.code()
			licensed = licensed || strings.HasPrefix(code, "licen")
		}
		access := len(c.all("accessConstraints")) > 0 && len(c.all("useConstraints")) == 0
		for _, o := range append(c.all("otherConstraints"), c.all("useLimitation")...) {
			text, href := o.value(), o.href()
			if m.access(text+" "+href, access) {
				continue
			}
			if !access {
				l.read(text, href, licensed && o.Name == "otherConstraints")
			}
		}
		for _, t := range c.all("reference/CI_Citation/title") { // ISO 19115-3
			l.read(t.value(), t.href(), true)
		}
	}
	m.use = l
	m.Fields.Set("license_id", l.ckan)
	if l.uri == "" {
		for _, u := range l.unknown {
			m.warn("unknown:licence:"+clip(u, 100), "license_id", fmt.Sprintf("Die Lizenz „%.100s“ ist unbekannt.", u), fmt.Sprintf("The licence %.100q is unknown.", u),
				catalog.DE("Mit trio vocab map licence oder in der Zuordnung der Quelle zuordnen.", "Map it with trio vocab map licence or in the source's mapping."))
		}
	}
}

// access reads INSPIRE's limits on public access.
func (m *mapping) access(s string, only bool) bool {
	var code string
	low := strings.ToLower(s)
	switch {
	case strings.Contains(s, noLimitations):
		code = "PUBLIC"
	case strings.Contains(s, "LimitationsOnPublicAccess/INSPIRE_Directive_Article13"):
		code = "RESTRICTED"
	case only && (strings.Contains(low, "es gelten keine zugriffsbeschränkungen") || strings.Contains(low, "no limitations")):
		code = "PUBLIC"
	default:
		return false
	}
	if c, ok := vocab.Lookup("access_right", code); ok {
		m.Fields.Set("access_rights", c.URI)
	}
	return true
}

var (
	inText    = regexp.MustCompile(`https?://[^\s"'<>)\]]+`)
	openers   = regexp.MustCompile(`(?i)^\s*(nutzungsbedingungen|nutzungseinschränkungen|lizenz|licen[cs]e|use constraints?|useconstraints)\s*[:：]\s*`)
	sourceOf  = regexp.MustCompile(`(?i)quellenvermerk\s*:\s*(.+)`)
	bracketed = regexp.MustCompile(`\(([^()]+)\)`)
)

// read takes one statement. claims says that it stands where a licence should.
func (l *licence) read(text, href string, claims bool) {
	if text == "" && href == "" {
		return
	}
	var j struct{ ID, Name, URL, Quelle string }
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &j) == nil {
		if j.Quelle != "" {
			l.attribution = j.Quelle
		}
		if !l.find(j.ID, j.URL, j.Name) {
			l.unknown = add(l.unknown, firstOf(j.ID, j.Name, j.URL))
		}
		l.words = add(l.words, j.Name)
		return
	}
	if g := sourceOf.FindStringSubmatch(text); g != nil && l.attribution == "" {
		l.attribution = strings.TrimSpace(g[1])
		if strings.HasPrefix(strings.ToLower(text), "quellenvermerk") {
			return
		}
	}
	l.words = add(l.words, text)
	short := openers.ReplaceAllString(text, "")
	tries := []string{href, short}
	tries = append(tries, inText.FindAllString(text, 5)...)
	for _, g := range bracketed.FindAllStringSubmatch(text, 5) {
		tries = append(tries, g[1])
	}
	for piece := range strings.FieldsFuncSeq(short, func(r rune) bool { return r == ';' || r == '\n' || r == ',' || r == '"' }) {
		tries = append(tries, strings.TrimSpace(openers.ReplaceAllString(piece, "")))
	}
	if !l.find(tries...) && (claims || short != text) && len(short) < 200 {
		l.unknown = add(l.unknown, firstOf(short, href))
	}
}

func (l *licence) find(tries ...string) bool {
	for _, s := range tries {
		s = strings.TrimRight(strings.TrimSpace(s), ".")
		if c, ok := vocab.Lookup("licence", s); ok {
			if l.uri == "" {
				l.uri, l.ckan = c.URI, c.Attr["ckan"]
			}
			return true
		}
	}
	return false
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
