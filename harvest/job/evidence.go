package job

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"trio.example/catalog"
	"trio.example/harvest/source"
)

// What is kept of a record as its source sent it, and of what changed.
const (
	maxRaw    = 256 << 10
	maxDiff   = 60  // fields
	maxDiffed = 400 // characters of a value
)

// raw is a document on its way through the plan, packed.
type raw struct {
	Type string `json:"type"`
	Size int    `json:"size"`
	Body []byte `json:"body"` // zstd
}

var rawPacker, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)) // the options are right

func (p *planner) raw(rec *source.Record) *raw {
	if rec.Raw == nil {
		return nil
	}
	text, kind := rec.Raw()
	if len(text) == 0 {
		return nil
	}
	r := &raw{Type: kind, Size: len(text)}
	if len(text) > maxRaw {
		text = text[:maxRaw]
		for len(text) > 0 && !utf8.Valid(text[len(text)-min(4, len(text)):]) && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
	}
	r.Body = rawPacker.EncodeAll(text, nil)
	return r
}

// of is what is stored.
func (r *raw) of(src *catalog.HarvestSource, guid string, now time.Time) *catalog.HarvestRaw {
	return &catalog.HarvestRaw{Source: src.ID, GUID: guid, Type: r.Type, At: now, Size: r.Size, Packed: r.Body}
}

// diffOf says what the fields that changed said before and say now.
func diffOf(before, now baseState, changed []string) []catalog.HarvestDiff {
	var out []catalog.HarvestDiff
	for _, name := range changed {
		d := catalog.HarvestDiff{Field: name}
		switch name {
		case "name":
			d.Old, d.New = before.Name, now.Name
		case "organization":
			d.Old, d.New = before.Org, now.Org
		case "resources":
			d.Old, d.New = shortText(bare(before.Parts)), shortText(bare(now.Parts))
		default:
			d.Old, d.New = shortText(before.Fields[name]), shortText(now.Fields[name])
		}
		if out = append(out, d); len(out) == maxDiff {
			break
		}
	}
	return out
}

func shortText(v any) string {
	s := ""
	switch v := v.(type) {
	case nil:
	case string:
		s = v
	case bool, int64, float64:
		s = fmt.Sprint(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		s = string(b)
	}
	if utf8.RuneCountInString(s) > maxDiffed {
		s = string([]rune(s)[:maxDiffed]) + "…"
	}
	return s
}
