package site

import (
	"slices"
	"strings"

	"github.com/gosimple/slug"

	"trio.example/catalog"
)

// errLook ends a change that was only looked at.
var errLook = catalog.Errorf(catalog.KindInvalid, "not saved")

func (r *request) saveEdit() error {
	e, err := r.editable()
	if err != nil {
		return err
	}
	t := readDataset(r.cfg.Schema.Of(catalog.TypeDataset), r.c.Request.PostForm)
	_, base, err := r.cfg.Registry.Version(r.ctx, r.by, packages, e.ID, t.rev)
	if err != nil {
		return err
	}
	if t.check {
		return r.editForm(e, t, nil)
	}
	var clashes []catalog.Finding
	saved, _, err := r.cfg.Registry.Change(r.ctx, r.by, packages, e.ID, 0, func(now *catalog.Entry) error {
		if clashes = t.apply(now, base.Entry); clashes == nil && now.Fields.String("title") == "" {
			clashes = []catalog.Finding{untitled}
		}
		if clashes == nil {
			clashes = r.byType(now)
		}
		if clashes != nil {
			return errLook
		}
		return nil
	})
	if clashes != nil {
		return r.editAgain(e, t, clashes)
	}
	if faults := faultsOf(err); faults != nil {
		return r.editAgain(e, t, faults)
	}
	if err != nil {
		return err
	}
	return r.see("/dataset/edit/"+saved.Name, "edit.saved")
}

// editAgain shows the form once more. What it was made of is now the newest
// version: who saves again has seen what others did.
func (r *request) editAgain(e *catalog.Entry, t *typedDataset, faults []catalog.Finding) error {
	if e.ID != "" {
		now, err := r.editable()
		if err != nil {
			return err
		}
		e, t.rev = now, now.Rev
	}
	return r.again(catalog.Invalid(faults...), func() error {
		if e.ID == "" {
			return r.newForm(e, t, faults)
		}
		return r.editForm(e, t, faults)
	})
}

var untitled = catalog.Finding{Severity: catalog.SeverityError, Code: "title_missing", Field: "title", Message: catalog.DE("Der Titel fehlt.", "The title is missing."),
	Remedy: catalog.DE("Einen Titel eintragen, der sagt, was in den Daten steht.", "Enter a title that says what the data hold.")}

// creatable lists the organizations in which the reader may make datasets.
func (r *request) creatable() (out []*catalog.Entry, err error) {
	orgs, err := r.backend.Organizations(r.ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(orgs, func(o *catalog.Entry) bool { return !r.by.CanCreateIn(o.ID) }), nil
}

func (r *request) newPage() error {
	owner := r.c.Query("org")
	return r.newForm(&catalog.Entry{Type: catalog.TypeDataset, Owner: owner, Access: catalog.AccessPublic, State: catalog.StateDraft, Fields: catalog.Fields{}}, nil, nil)
}

func (r *request) newForm(e *catalog.Entry, typed *typedDataset, faults []catalog.Finding) error {
	orgs, err := r.creatable()
	if err != nil {
		return err
	}
	if len(orgs) == 0 {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	v := &datasetForm{Self: r.local("/dataset/new"), Back: r.local("/dashboard"), New: true, Draft: true}
	for _, o := range orgs {
		v.Orgs = append(v.Orgs, choice{o.ID, r.title(o), o.ID == e.Owner || o.Name == e.Owner})
	}
	shown := e
	if typed != nil {
		v.Checked, shown = typed.check, typed.over(e)
	}
	r.fillForm(v, shown, typed, faults)
	if typed != nil {
		if v.Check, err = r.verdict(shown); err != nil {
			return err
		}
	}
	title := r.t.Get("edit.new")
	return r.person("edit", &page{Title: title, Path: "/dataset/new", Nav: "dataset", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {r.t.Get("nav.datasets"), r.local("/dataset")}, {Label: title}}, Body: v})
}

// saveNew makes a dataset: a draft, or published at once.
func (r *request) saveNew() error {
	t := readDataset(r.cfg.Schema.Of(catalog.TypeDataset), r.c.Request.PostForm)
	e := &catalog.Entry{Type: catalog.TypeDataset, Owner: r.form("owner"), Access: catalog.AccessPublic, State: catalog.StateDraft, Fields: catalog.Fields{}}
	if t.check {
		return r.newForm(e, t, nil)
	}
	if !r.by.CanCreateIn(e.Owner) {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	made := e.Clone()
	t.apply(made, e)
	if made.Fields.String("title") == "" {
		return r.editAgain(e, t, []catalog.Finding{untitled})
	}
	_, err := r.cfg.Registry.Store().Update(r.ctx, r.by, func(tx catalog.WriteTx) error {
		name, err := catalog.FreeName(tx, catalog.TypeDataset.Namespace(), catalog.NameOf(slug.MakeLang(made.Fields.String("title"), "de")), catalog.RandomTail)
		if err != nil {
			return err
		}
		made.ID, made.Name = "", name
		if faults := r.byType(made); faults != nil {
			return catalog.Invalid(faults...)
		}
		return r.cfg.Registry.CreateIn(tx, r.by, made)
	})
	if faults := faultsOf(err); faults != nil {
		return r.editAgain(e, t, faults)
	}
	if err != nil {
		return err
	}
	done := "edit.saved"
	if made.State == catalog.StateDraft {
		done = "edit.draft"
	}
	return r.see("/dataset/edit/"+strings.TrimSpace(made.Name), done)
}
