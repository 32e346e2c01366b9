package job

import (
	"context"
	"fmt"
	"hash/maphash"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/source"
)

// maxDeferred bounds the records that wait for the end of the reading. Where more
// would have to, the source writes all its identifiers anew and none of the old
// ones will come.
const maxDeferred = 10_000

// respelled knows the identifiers of a source without regard to how they are
// written: a portal that moves to https, or writes its identifiers in capitals,
// still has the same datasets.
type respelled struct {
	known   map[uint64]struct{}
	waiting []*source.Record
	found   int
	example string
}

var spellingSeed = maphash.MakeSeed()

func spelling(guid string) uint64 {
	s := strings.ToLower(strings.TrimSpace(guid))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	return maphash.String(spellingSeed, strings.TrimRight(s, "/"))
}

func (p *planner) loadSpellings(ctx context.Context) error {
	p.anew.known = map[uint64]struct{}{}
	return p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for r, err := range tx.HarvestRecords(p.src.ID) {
			if err != nil {
				return err
			}
			p.anew.known[spelling(r.GUID)] = struct{}{}
		}
		return nil
	})
}

// waits keeps an unknown record whose identifier is known in another spelling:
// only when all is read it is clear whether the one known comes too.
func (p *planner) waits(rec *source.Record) bool {
	if _, ok := p.anew.known[spelling(rec.GUID)]; !ok || p.anew.known == nil {
		return false
	}
	p.anew.waiting = append(p.anew.waiting, rec)
	return true
}

// settle decides about the records that waited.
func (p *planner) settle(ctx context.Context) error {
	list := p.anew.waiting
	if p.anew.waiting = nil; len(list) == 0 {
		return nil
	}
	bySpelling := map[uint64][]*source.Record{}
	for _, rec := range list {
		bySpelling[spelling(rec.GUID)] = append(bySpelling[spelling(rec.GUID)], rec)
	}
	return p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for r, err := range tx.HarvestRecords(p.src.ID) {
			if err != nil {
				return err
			}
			at := spelling(r.GUID)
			if same := bySpelling[at]; len(same) > 0 && !p.seen.Has(r.GUID) {
				if p.anew.found++; p.anew.example == "" {
					p.anew.example = r.GUID + " → " + same[0].GUID
				}
				same[0].GUID = r.GUID
				p.seen.Add(r.GUID)
				bySpelling[at] = same[1:]
			}
		}
		p.anew.known = nil // what is left is new
		for _, rec := range list {
			l, err := p.compare(tx, rec)
			if err == nil && l != nil {
				err = p.write(l)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *planner) tellRespelled() {
	if p.anew.found == 0 {
		return
	}
	p.warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "respelled",
		Message: catalog.DE(fmt.Sprintf("%d Kennungen schreibt die Quelle anders als bisher (%.200s); es sind dieselben Datensätze.", p.anew.found, p.anew.example),
			fmt.Sprintf("The source writes %d identifiers in another way than before (%.200s); they are the same datasets.", p.anew.found, p.anew.example))})
}
