package job

import (
	"context"
	"errors"

	"trio.example/catalog"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// Trial is what rules make of one record.
type Trial struct {
	GUID string `json:"guid"`
	// Left is set for one that the rules leave out.
	Left         bool              `json:"left_out,omitempty"`
	Before       catalog.Fields    `json:"before"`
	After        catalog.Fields    `json:"after"`
	Parts        []catalog.Fields  `json:"resources"`
	Changed      []string          `json:"changed,omitempty"`
	Organization string            `json:"organization,omitempty"`
	Findings     []catalog.Finding `json:"findings,omitempty"`
}

// errEnough ends a reading that saw what it wanted.
var errEnough = errors.New("enough")

// Try reads the first records of a source and shows what rules make of them; it
// writes nothing.
func (e *Engine) Try(ctx context.Context, src *catalog.HarvestSource, rules string, most int) ([]Trial, []catalog.Finding, error) {
	kind, ok := source.KindOf(src.Kind)
	if !ok || kind.Read == nil {
		return nil, nil, catalog.Errorf(catalog.KindInvalid, "Quellen der Art %q bringen keine Datensätze, denen etwas zugeordnet werden kann.", src.Kind)
	}
	parsed, err := mapping.Parse([]byte(rules), e.defs)
	if err != nil {
		return nil, nil, err
	}
	if src.Locked != "" {
		return nil, nil, catalog.Errorf(catalog.KindUnavailable, "%s", src.Locked)
	}
	client := e.client(src)
	defer client.Close()
	var out []Trial
	var told []catalog.Finding
	_, err = kind.Read(ctx, &source.Reader{
		URL: src.URL, Client: client, Mapper: e.mapper, Defs: e.defs, Config: src.Config, Secret: src.Secret,
		Warn: func(f catalog.Finding) {
			if len(told) < maxFindings {
				told = append(told, f)
			}
		},
		Emit: func(rec *source.Record) error {
			t := Trial{GUID: rec.GUID, Before: rec.Fields.Clone()}
			old := baseState{Fields: t.Before, Parts: cloned(rec.Parts)}
			if t.Left = !parsed.Apply(rec); !t.Left {
				mapping.Tell(rec)
			}
			t.After, t.Findings, t.Organization, t.Parts = rec.Fields, rec.Findings, rec.Organization, bare(rec.Parts)
			t.Changed = differing(old, baseState{Org: rec.Organization, Fields: rec.Fields, Parts: rec.Parts})
			if out = append(out, t); len(out) >= most {
				return errEnough
			}
			return nil
		},
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, told, err
}

func cloned(parts []catalog.Part) []catalog.Part {
	out := make([]catalog.Part, len(parts))
	for i := range parts {
		out[i] = catalog.Part{Fields: parts[i].Fields.Clone()}
	}
	return out
}
