package job

import (
	"context"
	"strings"
	"sync"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// wordsMu keeps the operator's table to one writer.
var wordsMu sync.Mutex

// Words lists the spellings of a vocabulary that portals use: the built-in ones,
// then the operator's. It is for system administrators.
func (d *Desk) Words(by catalog.Actor, dir, list string) ([]vocab.Spelling, error) {
	if !by.Sysadmin {
		return nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	if _, ok := vocab.InfoOf(list); !ok {
		return nil, catalog.Errorf(catalog.KindNotFound, "Ein Vokabular namens %.50q gibt es nicht.", list)
	}
	all, err := vocab.Spellings(dir)
	var out []vocab.Spelling
	for _, s := range all {
		if s.List == list {
			out = append(out, s)
		}
	}
	return out, err
}

// MapWord says what a spelling means in all sources, or forgets it when code is
// empty. It holds at once, and the next run of each source compares everything.
func (d *Desk) MapWord(ctx context.Context, by catalog.Actor, dir, list, spelling, code string) error {
	const longest = 500
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	if spelling = strings.TrimSpace(spelling); spelling == "" || len(spelling) > longest || strings.ContainsAny(spelling, "\r\n\x00") {
		return catalog.Errorf(catalog.KindInvalid, "Bitte die Schreibweise angeben, wie sie in Katalogen steht, in einer Zeile und mit höchstens %d Zeichen.", longest)
	}
	wordsMu.Lock()
	defer wordsMu.Unlock()
	if err := vocab.Map(dir, list, spelling, code); err != nil {
		return err
	}
	if err := vocab.Use(dir); err != nil {
		return err
	}
	_, err := d.engine.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		for _, src := range list {
			if src.Mark == "" {
				continue
			}
			src.Mark = ""
			if err := tx.PutHarvestSource(src); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
