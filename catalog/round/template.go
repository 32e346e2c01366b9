package round

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// maxTemplates bounds how many templates are kept.
const maxTemplates = 1_000

// Shelf is a template as lists show it.
type Shelf struct {
	*catalog.Template
	// BuiltIn is part of the program.
	BuiltIn bool `json:"built_in"`
	// Mine reports that the reader may change or release it.
	Mine bool `json:"mine"`
	// Newer is the newest released version of its base, "" when it has that.
	Newer string `json:"newer,omitempty"`
}

// builtIn describes the reference template of the program.
func builtIn() *catalog.Template {
	t := survey.Default()
	return &catalog.Template{ID: t.ID, Version: t.Version, Title: t.Title, City: t.Publisher.City, Status: catalog.TemplatePublished, SHA256: t.Sum()}
}

// SplitRef takes a reference like man-datensilo@1.0.0 apart.
func SplitRef(ref string) (id, version string, ok bool) {
	id, version, ok = strings.Cut(ref, "@")
	return id, version, ok && id != "" && version != ""
}

// officerAnywhere reports whether somebody runs the survey of a city.
func officerAnywhere(tx catalog.Tx, by catalog.Actor) (bool, error) {
	if by.Sysadmin {
		return true, nil
	}
	for _, c := range vocab.Cities() {
		ok, err := officerOfCity(tx, by, c.Code)
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// officerOfCity reports whether somebody runs the survey of one city.
func officerOfCity(tx catalog.Tx, by catalog.Actor, code string) (bool, error) {
	if by.Sysadmin {
		return true, nil
	}
	city, err := cityOf(code)
	if err != nil {
		return false, nil //nolint:nilerr // a city that is none of ours has no officers here
	}
	org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), city.Name)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return false, nil
		}
		return false, err
	}
	return by.IsOfficerOf(org.ID), nil
}

// bases finds complete templates that are kept here.
func bases(tx catalog.Tx) survey.Bases {
	return func(id, version string) *survey.Template {
		if t := survey.BuiltIn(id, version); t != nil {
			return t
		}
		_, doc, err := tx.Template(id, version)
		if err != nil {
			return nil
		}
		t, err := survey.Read(doc, func(string, string) *survey.Template { return nil }) // a base extends nothing
		if err != nil {
			return nil
		}
		return t
	}
}

// Templates lists the templates: released ones for everybody who runs a survey
// or works with one, drafts for the editors of their city.
func (s *Service) Templates(ctx context.Context, by catalog.Actor) ([]Shelf, error) {
	var out []Shelf
	err := s.view(ctx, func(tx catalog.Tx) error {
		ok, err := officerAnywhere(tx, by)
		if err != nil {
			return err
		}
		if !ok {
			return denied()
		}
		list, err := tx.Templates()
		if err != nil {
			return err
		}
		b := builtIn()
		own, err := officerOfCity(tx, by, b.City)
		if err != nil {
			return err
		}
		out = []Shelf{{Template: b, BuiltIn: true, Mine: own}}
		newest := map[string]string{b.ID: b.Version}
		for _, t := range list {
			if t.Status == catalog.TemplatePublished && t.Extends == "" && survey.CompareVersions(t.Version, newest[t.ID]) > 0 {
				newest[t.ID] = t.Version
			}
		}
		for _, t := range list {
			mine, err := officerOfCity(tx, by, t.City)
			if err != nil {
				return err
			}
			if t.Status == catalog.TemplateDraft && !mine {
				continue
			}
			x := Shelf{Template: t, Mine: mine}
			if id, version, ok := SplitRef(t.Extends); ok && survey.CompareVersions(newest[id], version) > 0 {
				x.Newer = newest[id]
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// Document is a template's document with what it says. Drafts are for the
// editors of their city; released ones hold no data and are for everybody.
func (s *Service) Document(ctx context.Context, by catalog.Actor, ref string) (*Shelf, []byte, *survey.Template, error) {
	var x *Shelf
	var doc []byte
	var t *survey.Template
	err := s.view(ctx, func(tx catalog.Tx) error {
		var err error
		x, doc, t, err = document(tx, by, ref)
		return err
	})
	return x, doc, t, err
}

func document(tx catalog.Tx, by catalog.Actor, ref string) (*Shelf, []byte, *survey.Template, error) {
	id, version, ok := SplitRef(ref)
	if !ok {
		return nil, nil, nil, absent()
	}
	if t := survey.BuiltIn(id, version); t != nil {
		x := &Shelf{Template: builtIn(), BuiltIn: true}
		var err error
		x.Mine, err = officerOfCity(tx, by, x.City)
		return x, survey.Document(), t, err
	}
	kept, doc, err := tx.Template(id, version)
	if err != nil {
		return nil, nil, nil, err
	}
	x := &Shelf{Template: kept}
	if x.Mine, err = officerOfCity(tx, by, kept.City); err != nil {
		return nil, nil, nil, err
	}
	if kept.Status == catalog.TemplateDraft && !x.Mine {
		return nil, nil, nil, absent()
	}
	t, err := survey.Read(doc, bases(tx))
	return x, doc, t, err
}

// Adopted says what became of a template that was handed in.
type Adopted struct {
	*catalog.Template
	// Unchanged reports that it was here already, word for word.
	Unchanged bool `json:"unchanged"`
}

// Adopt keeps a template that came as a file or from an address. A released one
// may be adopted by every city; a draft is for the city that keeps it.
func (s *Service) Adopt(ctx context.Context, by catalog.Actor, doc []byte, origin string) (*Adopted, error) {
	var out *Adopted
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		var err error
		out, err = s.adopt(tx, by, doc, origin)
		return err
	})
	return out, err
}

func (s *Service) adopt(tx catalog.WriteTx, by catalog.Actor, doc []byte, origin string) (*Adopted, error) {
	ok, err := officerAnywhere(tx, by)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, denied()
	}
	t, err := survey.Read(doc, bases(tx))
	if err != nil {
		return nil, err
	}
	mine, err := officerOfCity(tx, by, t.Publisher.City)
	if err != nil {
		return nil, err
	}
	status := t.Status
	if status == "" {
		status = catalog.TemplateDraft
	}
	if !mine && (status == catalog.TemplateDraft || t.Extends != nil) {
		return nil, refuse(catalog.KindDenied, "template_foreign", "Entwürfe und Überlagerungen nimmt nur die Stadt an, die sie führt; diese hier führt „"+t.Publisher.Name+"“.", "Drafts and overlays are for the city that keeps them; this one belongs to “"+t.Publisher.Name+"”.")
	}
	sum := sha256.Sum256(doc)
	x := &catalog.Template{
		ID: t.ID, Version: t.Version, Title: t.Title, City: t.Publisher.City, Status: status, SHA256: hex.EncodeToString(sum[:]), Origin: origin, Creator: by.UserID, Created: tx.Now(),
	}
	if t.Extends != nil {
		x.Extends = t.Extends.Ref()
	}
	if status == catalog.TemplatePublished {
		x.Released = tx.Now()
	}
	if survey.BuiltIn(t.ID, t.Version) != nil {
		if same(doc, survey.Document()) {
			return &Adopted{Template: builtIn(), Unchanged: true}, nil
		}
		return nil, versionTaken(t)
	}
	old, kept, err := tx.Template(t.ID, t.Version)
	switch {
	case err == nil && same(doc, kept):
		return &Adopted{Template: old, Unchanged: true}, nil
	case err == nil && (old.Status != catalog.TemplateDraft || !mine):
		return nil, versionTaken(t)
	case err == nil:
		x.Created, x.Creator = old.Created, old.Creator
	case catalog.KindOf(err) != catalog.KindNotFound:
		return nil, err
	default:
		all, err := tx.Templates()
		if err != nil {
			return nil, err
		}
		if len(all) >= maxTemplates {
			return nil, tooMany()
		}
	}
	if status == catalog.TemplatePublished {
		if err := follows(tx, t); err != nil {
			return nil, err
		}
	}
	return &Adopted{Template: x}, tx.PutTemplate(x, doc)
}

func versionTaken(t *survey.Template) error {
	return refuse(catalog.KindConflict, "version_taken:"+t.Ref(), "Die Fassung "+t.Ref()+" gibt es hier schon mit anderem Inhalt. Freigegebene Fassungen ändern sich nicht mehr; bitte die Fassung hochzählen.",
		"Version "+t.Ref()+" is here already with another content. Released versions do not change; give it a new version.")
}

// same compares documents by what they say, not by their blanks.
func same(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, errA := json.Marshal(x)
	q, errB := json.Marshal(y)
	return errA == nil && errB == nil && string(p) == string(q)
}

// Release makes a draft a version that never changes again; Retire takes a
// released one out of use for new rounds.
func (s *Service) Release(ctx context.Context, by catalog.Actor, ref string) error {
	return s.setTemplate(ctx, by, ref, catalog.TemplateDraft, catalog.TemplatePublished)
}

// Retire takes a released template out of use; rounds that run keep it.
func (s *Service) Retire(ctx context.Context, by catalog.Actor, ref string) error {
	return s.setTemplate(ctx, by, ref, catalog.TemplatePublished, catalog.TemplateRetired)
}

func (s *Service) setTemplate(ctx context.Context, by catalog.Actor, ref, from, to string) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		x, doc, t, err := document(tx, by, ref)
		if err != nil {
			return err
		}
		if !x.Mine || x.BuiltIn {
			return denied()
		}
		if x.Status != from {
			return refuse(catalog.KindConflict, "template_state", "Die Vorlage ist inzwischen in einem anderen Zustand. Bitte die Seite neu laden.", "The template is in another state meanwhile. Reload the page.")
		}
		if to == catalog.TemplatePublished {
			if err := follows(tx, t); err != nil {
				return err
			}
			if doc, err = chronicled(tx, t, doc); err != nil {
				return err
			}
			x.Released = tx.Now()
		}
		if doc, err = restated(doc, to); err != nil {
			return err
		}
		sum := sha256.Sum256(doc)
		x.Status, x.SHA256 = to, hex.EncodeToString(sum[:])
		return tx.PutTemplate(x.Template, doc)
	})
}

// restated writes a document's status.
func restated(doc []byte, status string) ([]byte, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	m["status"] = json.RawMessage(`"` + status + `"`)
	return json.MarshalIndent(m, "", " ")
}

// draft finds a template that may still be changed or thrown away by this officer.
func draft(tx catalog.Tx, by catalog.Actor, ref string) (*Shelf, []byte, *survey.Template, error) {
	x, doc, t, err := document(tx, by, ref)
	switch {
	case err != nil:
	case !x.Mine:
		err = denied()
	case x.Status != catalog.TemplateDraft:
		err = refuse(catalog.KindConflict, "template_released", "Freigegebene Vorlagen ändern sich nicht mehr. Bitte eine neue Fassung anlegen oder die Vorlage zurückziehen.",
			"Released templates do not change any more. Make a new version, or retire the template.")
	}
	return x, doc, t, err
}

// Discard deletes a draft.
func (s *Service) Discard(ctx context.Context, by catalog.Actor, ref string) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		x, _, _, err := draft(tx, by, ref)
		if err != nil {
			return err
		}
		return tx.DeleteTemplate(x.ID, x.Version)
	})
}

// MergeBase shows what moving an overlay to a newer version of its base comes
// to, with conflicts settled as chosen; it changes nothing.
func (s *Service) MergeBase(ctx context.Context, by catalog.Actor, ref, version string, settle map[string]string) (*survey.Merge, error) {
	var m *survey.Merge
	err := s.view(ctx, func(tx catalog.Tx) error {
		var err error
		m, err = mergeBase(tx, by, ref, version, settle)
		return err
	})
	return m, err
}

func mergeBase(tx catalog.Tx, by catalog.Actor, ref, version string, settle map[string]string) (*survey.Merge, error) {
	_, doc, t, err := document(tx, by, ref)
	if err != nil {
		return nil, err
	}
	if t.Extends == nil {
		return nil, refuse(catalog.KindInvalid, "no_overlay", "Diese Vorlage baut auf keiner anderen auf.", "This template extends no other.")
	}
	find := bases(tx)
	old, now := find(t.Extends.ID, t.Extends.Version), find(t.Extends.ID, version)
	if old == nil || now == nil {
		return nil, refuse(catalog.KindInvalid, "base_unknown:"+t.Extends.ID+"@"+version, "Die Kernvorlage in dieser Fassung ist hier nicht bekannt. Bitte zuerst übernehmen.", "The core template in this version is not known here. Adopt it first.")
	}
	return survey.Update(doc, old, now, settle)
}

// AcceptMerge keeps the merged overlay as a draft of a new version, with every
// conflict settled as chosen, else as proposed.
func (s *Service) AcceptMerge(ctx context.Context, by catalog.Actor, ref, version string, settle map[string]string) (*Adopted, error) {
	var out *Adopted
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		x, _, _, err := document(tx, by, ref)
		if err != nil {
			return err
		}
		if !x.Mine {
			return denied()
		}
		m, err := mergeBase(tx, by, ref, version, settle)
		if err != nil {
			return err
		}
		doc, err := indented(m.Draft)
		if err != nil {
			return err
		}
		// Somebody may have worked on what an earlier merge began.
		id, next, _ := strings.Cut(m.Ours, " ")
		next = survey.Grown(next)
		if _, kept, err := tx.Template(id, next); err == nil && !same(doc, kept) {
			return refuse(catalog.KindConflict, "template_exists:"+id+"@"+next, "Die Fassung "+next+" gibt es schon mit anderem Inhalt. Bitte diese weiterbearbeiten, oder den Entwurf erst verwerfen.", "Version "+next+" is there already with another content. Go on with it, or discard the draft first.")
		}
		out, err = s.adopt(tx, by, doc, "")
		return err
	})
	return out, err
}

func indented(doc []byte) ([]byte, error) {
	var m any
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return json.MarshalIndent(m, "", " ")
}

// roundTemplate finds what a round is opened with: a document, a reference, or
// the reference template. What the round keeps is complete in itself.
func roundTemplate(tx catalog.Tx, by catalog.Actor, p Plan) (*survey.Template, []byte, error) {
	var t *survey.Template
	var err error
	switch {
	case len(p.Template) > 0:
		t, err = survey.Read(p.Template, bases(tx))
	case p.Ref != "":
		var x *Shelf
		if x, _, t, err = document(tx, by, p.Ref); err == nil && x.Status == catalog.TemplateRetired {
			err = refuse(catalog.KindInvalid, "template_retired", "Diese Vorlage ist zurückgezogen. Bitte eine andere wählen.", "This template is retired. Choose another one.")
		}
	default:
		return survey.Default(), survey.Document(), nil
	}
	if err != nil {
		return nil, nil, err
	}
	doc, err := json.Marshal(t)
	if err != nil {
		return nil, nil, fmt.Errorf("template: %w", err)
	}
	return t, doc, nil
}

// Choices lists the templates a round of a city can be opened with.
func Choices(list []Shelf) []Shelf {
	return slices.DeleteFunc(slices.Clone(list), func(x Shelf) bool {
		return x.Status == catalog.TemplateRetired || x.Status == catalog.TemplateDraft
	})
}

// EditTemplate changes a draft; what comes out has to be a valid template.
func (s *Service) EditTemplate(ctx context.Context, by catalog.Actor, ref string, change func(t, base *survey.Template) error) (*Adopted, error) {
	var out *Adopted
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		x, doc, t, err := draft(tx, by, ref)
		if err != nil {
			return err
		}
		base := t
		if t.Extends != nil {
			if base = bases(tx)(t.Extends.ID, t.Extends.Version); base == nil {
				return absent()
			}
		}
		next, err := survey.Edit(doc, func(d *survey.Template) error { return change(d, base) })
		if err != nil {
			return err
		}
		out, err = s.adopt(tx, by, next, x.Origin)
		if err == nil && out.Ref() != x.Ref() {
			err = tx.DeleteTemplate(x.ID, x.Version) // the draft was given another version
		}
		return err
	})
	return out, err
}

// BeginOverlay makes a draft of a city's own template on a complete one.
func (s *Service) BeginOverlay(ctx context.Context, by catalog.Actor, ref, city, id, title string) (*Adopted, error) {
	var out *Adopted
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		c, err := cityOf(city)
		if err != nil {
			return err
		}
		_, _, base, err := document(tx, by, ref)
		if err != nil {
			return err
		}
		if base.Extends != nil {
			return refuse(catalog.KindInvalid, "base_is_overlay", "Eigene Vorlagen bauen auf einer vollständigen Vorlage auf.", "Own templates extend a complete template.")
		}
		if title = strings.Join(strings.Fields(title), " "); title == "" {
			title = base.Title.In("de") + " – " + c.Label.In("de")
		}
		doc, err := survey.NewOverlay(base, strings.TrimSpace(id), c.Code, c.Label.In("de"), title)
		if err != nil {
			return err
		}
		if _, _, err := tx.Template(strings.TrimSpace(id), "1.0.0"); err == nil {
			return refuse(catalog.KindConflict, "template_exists", "Eine Vorlage mit dieser Kennung gibt es schon.", "There is a template with this id already.")
		}
		out, err = s.adopt(tx, by, doc, "")
		return err
	})
	return out, err
}

// NextVersion makes a draft of the next version of a released template.
func (s *Service) NextVersion(ctx context.Context, by catalog.Actor, ref, version string) (*Adopted, error) {
	var out *Adopted
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		x, doc, _, err := document(tx, by, ref)
		if err != nil {
			return err
		}
		if mine, err := officerOfCity(tx, by, x.City); err != nil || !mine {
			if err == nil {
				err = denied()
			}
			return err
		}
		next, err := survey.Edit(doc, func(t *survey.Template) error {
			t.Version, t.Status = strings.TrimSpace(version), catalog.TemplateDraft
			return nil
		})
		if err != nil {
			return err
		}
		if _, _, err := tx.Template(x.ID, strings.TrimSpace(version)); err == nil {
			return refuse(catalog.KindConflict, "template_exists", "Diese Fassung gibt es schon.", "This version exists already.")
		}
		out, err = s.adopt(tx, by, next, "")
		return err
	})
	return out, err
}

// CheckTemplate reads a template as Adopt would, and keeps nothing.
func (s *Service) CheckTemplate(ctx context.Context, by catalog.Actor, doc []byte) (*survey.Template, error) {
	var t *survey.Template
	err := s.view(ctx, func(tx catalog.Tx) error {
		ok, err := officerAnywhere(tx, by)
		if err != nil {
			return err
		}
		if !ok {
			return denied()
		}
		t, err = survey.Read(doc, bases(tx))
		return err
	})
	return t, err
}

// MayImport reports whether somebody may import files of a city.
func (s *Service) MayImport(ctx context.Context, by catalog.Actor, city string) error {
	return s.view(ctx, func(tx catalog.Tx) error {
		ok, err := officerOfCity(tx, by, city)
		if err == nil && !ok {
			err = denied()
		}
		return err
	})
}
