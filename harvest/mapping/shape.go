package mapping

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"trio.example/catalog"
)

// maxNested bounds lists and tables within each other; rules need four. The parser
// takes a minute for a small text of opening brackets.
const maxNested = 16

// shape refuses what makes a small text a costly one before it is parsed. To take
// it apart into tokens takes as long as the text is.
func shape(text string) error {
	deep := catalog.Errorf(catalog.KindInvalid, "Die Zuordnung ist tiefer als %d Ebenen geschachtelt.", maxNested)
	brackets, marks, line := 0, 0, 0
	for _, t := range lexer.Tokenize(text) {
		if t.Position.Line != line {
			marks, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return catalog.Errorf(catalog.KindInvalid, "Anker und Verweise (& und *) sind in Zuordnungen nicht erlaubt.")
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType: // each begins a list or table within the one before
			marks++
		}
		if brackets > maxNested || marks > maxNested {
			return deep
		}
	}
	return nil
}

// fault words what the parser does not understand. The lines around it are shown
// where they are such as people write: to prepare others takes too long.
func fault(err error, text string) string {
	const longest = 1000
	for line := range strings.Lines(text) {
		if len(line) > longest {
			return yaml.FormatError(err, false, false)
		}
	}
	return yaml.FormatError(err, false, true)
}
