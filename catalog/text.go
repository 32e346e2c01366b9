package catalog

// Text is a text in several languages, keyed by two-letter language code.
type Text map[string]string

// DE builds a Text from a German and an English sentence.
func DE(de, en string) Text { return Text{"de": de, "en": en} }

// In returns the text in the wanted language, else German, else English, else
// whatever there is.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "de", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, s := range t {
		return s
	}
	return ""
}

// String returns the German text, so that findings print well in logs.
func (t Text) String() string { return t.In("de") }
