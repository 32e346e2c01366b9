package iso

import (
	"slices"
	"strings"

	"trio.example/catalog/vocab"
)

// keywords become tags; INSPIRE themes, topic categories and categories of the
// data portals also become themes, and those of high-value datasets their field.
func (m *mapping) keywords() {
	var tags, themes, hvd []string
	for _, set := range m.ident.all("descriptiveKeywords/MD_Keywords") {
		thesaurus := set.first("thesaurusName/CI_Citation/title")
		name := strings.ToLower(thesaurus.value() + " " + thesaurus.href())
		for _, k := range set.all("keyword") {
			word, href := k.value(), k.href()
			kept, more, category := m.keyword(word, href, name)
			themes = addThemes(themes, more...)
			hvd = add(hvd, category)
			if kept != "" && !slices.Contains(tags, kept) {
				tags = append(tags, kept)
			}
		}
	}
	for _, t := range m.ident.all("topicCategory") {
		themes = addThemes(themes, themesOf()["topic:"+fold(t.value())]...)
	}
	m.Fields.Set("theme", themes)
	m.Fields.Set("hvd_category", hvd)
	if len(hvd) > 0 {
		m.Fields.Set("applicable_legislation", []string{hvdLaw})
	}
	const most = 500
	m.Fields.Set("tags", tags[:min(len(tags), most)])
}

// keyword says what one word means. What is a code and no word is no tag.
func (m *mapping) keyword(word, href, thesaurus string) (tag string, themes []string, hvd string) {
	const inspire, highValue = "inspire.ec.europa.eu/theme/", "data.europa.eu/bna/"
	isHVD := strings.Contains(thesaurus, "high-value") || strings.Contains(thesaurus, "hvd") || strings.Contains(thesaurus, "hochwertig") || strings.Contains(thesaurus, highValue)
	for _, s := range []string{href, word} {
		if strings.Contains(s, highValue) || isHVD {
			if c, ok := vocab.Lookup("hvd_category", s); ok {
				return plain(word), nil, c.URI
			}
		}
		if _, code, ok := strings.Cut(s, inspire); ok {
			return plain(word), themesOf()["inspire:"+strings.Trim(code, "/")], ""
		}
		if strings.Contains(s, "/authority/data-theme/") {
			return plain(word), []string{s}, ""
		}
	}
	switch {
	case strings.Contains(thesaurus, "inspire themes"), strings.Contains(thesaurus, "inspire-them"), strings.Contains(thesaurus, "inspire.ec.europa.eu/theme"):
		return word, themesOf()["inspire:"+fold(word)], ""
	case strings.Contains(thesaurus, "spatial scope"), strings.Contains(thesaurus, "spatialscope"):
		m.scope(word + " " + href)
		return word, nil, ""
	case strings.Contains(thesaurus, "data theme"), strings.Contains(thesaurus, "data-theme"), strings.Contains(thesaurus, "govdata"), strings.Contains(thesaurus, "gov-data"), strings.Contains(thesaurus, "ogdd-kategorien"):
		return word, []string{word}, ""
	}
	return plain(word), nil, ""
}

// plain leaves out what is only an address.
func plain(word string) string {
	if isAddress(word) {
		return ""
	}
	return word
}

// scope reads INSPIRE's spatial scope as the political level.
func (m *mapping) scope(s string) {
	s = strings.ToLower(s)
	for word, level := range map[string]string{"local": "municipality", "lokal": "municipality", "kommunal": "municipality", "regional": "state", "national": "federal", "european": "european", "europäisch": "european", "global": "international"} {
		if strings.HasPrefix(s, word) || strings.HasSuffix(s, "/"+word) {
			if c, ok := vocab.Lookup("geocoding_level", level); ok {
				m.Fields.Set("geocoding_level", c.URI)
			}
		}
	}
}
