package job

import (
	"context"
	"maps"

	"trio.example/catalog"
)

// markOrigin notes how the source describes itself; the organization keeps it and
// the feed repeats it.
const markOrigin = "origin"

// maxOrigins bounds the catalogues that one source says it is.
const maxOrigins = 20

func (p *planner) origin(found map[string]any) {
	if p.origins == nil {
		p.origins = map[string]any{}
	}
	if len(p.origins) < maxOrigins {
		maps.Copy(p.origins, found)
	}
}

// keepOrigins plans to note what is new of it.
func (p *planner) keepOrigins(ctx context.Context) error {
	if len(p.origins) == 0 || p.src.Owner == "" {
		return nil
	}
	changed := false
	err := p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		org, err := tx.Entry(p.src.Owner)
		if err != nil {
			return absent(err)
		}
		copied := *org
		copied.Fields = org.Fields.Clone()
		changed = p.mapper.KeepPacked(&copied, p.origins)
		return nil
	})
	if err != nil || !changed {
		return err
	}
	return p.write(&line{Action: catalog.HarvestUpdate, Mark: markOrigin, Fields: catalog.Fields{"origins": p.origins}})
}

func absent(err error) error {
	if catalog.KindOf(err) == catalog.KindNotFound {
		return nil
	}
	return err
}

func (e *Engine) putOrigins(tx catalog.WriteTx, src *catalog.HarvestSource, l *line) error {
	org, err := tx.Entry(src.Owner)
	if err != nil {
		return absent(err)
	}
	return e.reg.ChangeIn(tx, by, org, 0, func(org *catalog.Entry) error {
		e.mapper.KeepPacked(org, l.Fields.Map("origins"))
		return nil
	})
}
