package round

import (
	"context"
	"fmt"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// before finds the newest released version of a complete template before it, nil
// when it is the first. An overlay's version follows its city's own count.
func before(tx catalog.Tx, t *survey.Template) (*survey.Template, error) {
	if t.Extends != nil {
		return nil, nil //nolint:nilnil // none is a value
	}
	all, err := tx.Templates()
	if err != nil {
		return nil, err
	}
	best := ""
	if b := survey.Default(); b.ID == t.ID && survey.CompareVersions(b.Version, t.Version) < 0 {
		best = b.Version
	}
	for _, x := range all {
		if x.ID == t.ID && x.Status != catalog.TemplateDraft && survey.CompareVersions(x.Version, t.Version) < 0 && survey.CompareVersions(x.Version, best) > 0 {
			best = x.Version
		}
	}
	if best == "" {
		return nil, nil //nolint:nilnil // none is a value
	}
	if b := survey.BuiltIn(t.ID, best); b != nil {
		return b, nil
	}
	_, doc, err := tx.Template(t.ID, best)
	if err != nil {
		return nil, err
	}
	old, err := survey.Read(doc, bases(tx))
	if err != nil {
		return nil, fmt.Errorf("template %s@%s: %w", t.ID, best, err)
	}
	return old, nil
}

// follows checks a release against the newest released version before it.
func follows(tx catalog.Tx, t *survey.Template) error {
	old, err := before(tx, t)
	if err != nil || old == nil {
		return err
	}
	return survey.CheckRelease(old, t)
}

// chronicled writes into a release's change log what changed, so that answers find
// their way from version to version.
func chronicled(tx catalog.Tx, t *survey.Template, doc []byte) ([]byte, error) {
	old, err := before(tx, t)
	if err != nil || old == nil {
		return doc, err
	}
	return survey.Logged(doc, old)
}

// Growth is what a template changes in the released version before it.
type Growth struct {
	Before  string
	Changes []survey.Difference
	// Needs is by how much the version must grow, Fault why it cannot be released
	// as it is.
	Needs string
	Fault error
}

// Growth compares a complete template with the released version before it; nil
// when there is none.
func (s *Service) Growth(ctx context.Context, by catalog.Actor, ref string) (*Growth, error) {
	var out *Growth
	err := s.view(ctx, func(tx catalog.Tx) error {
		_, _, t, err := document(tx, by, ref)
		if err != nil {
			return err
		}
		old, err := before(tx, t)
		if err != nil || old == nil {
			return err
		}
		diff := survey.Diff(old, t)
		out = &Growth{Before: old.Ref(), Changes: diff, Needs: survey.Needed(diff), Fault: survey.CheckRelease(old, t)}
		return nil
	})
	return out, err
}
