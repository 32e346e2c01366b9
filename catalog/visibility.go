package catalog

import "slices"

// Level is a circle of readers; each includes the ones before it.
type Level string

// The circles, from widest to narrowest: everybody, the partner cities, the
// owning city, and its data officers.
const (
	LevelPublic     Level = "public"
	LevelPartner    Level = "partner"
	LevelInternal   Level = "internal"
	LevelRestricted Level = "restricted"
)

var levelOrder = []Level{LevelPublic, LevelPartner, LevelInternal, LevelRestricted}

// Valid reports whether l is one of the four circles.
func (l Level) Valid() bool { return slices.Contains(levelOrder, l) }

// Covers reports whether a reader of circle l may read a value of circle v.
func (l Level) Covers(v Level) bool {
	return slices.Index(levelOrder, v) >= 0 && slices.Index(levelOrder, l) >= slices.Index(levelOrder, v)
}

// Labels that are not bound to one organization or user.
const (
	LabelPublic  = "public"
	LabelPartner = "partner"
)

// Labels returns who may see an entry, as labels. This and LabelsOf are the
// one visibility rule of the product: whoever holds one of an entry's labels
// may see it, nobody else. The search index stores them with the entry, so
// hits, counts, facets and suggestions obey the same rule as a direct read.
func Labels(e *Entry) []string {
	own := []string{}
	if e.Type == TypeDataset {
		own = append(own, "with:"+e.ID) // who collaborates on this one dataset
	}
	if city := e.SurveyCity(); city != "" {
		own = append(own, "org:"+city) // who may see the holding it was made from
	}
	if e.Owner != "" {
		own = append(own, "org:"+e.Owner)
	}
	if e.Type == TypeOrganization || e.Type == TypeGroup {
		own = append(own, "org:"+e.ID)
	}
	switch {
	case e.State != StateActive:
		return append(own, "creator:"+e.Creator)
	case e.Access == AccessPublic && e.Type != TypeHolding:
		// A holding is never public, whatever its fields say: what may be
		// published of it is published as a dataset.
		return []string{LabelPublic}
	case e.Access == AccessPartner || e.Access == AccessPublic:
		return append(own, "creator:"+e.Creator, LabelPartner)
	default:
		return append(own, "creator:"+e.Creator)
	}
}

// LabelsOf returns the labels an actor holds; all means every label there is.
func LabelsOf(a Actor) (labels []string, all bool) {
	if a.Sysadmin {
		return nil, true
	}
	labels = []string{LabelPublic}
	if a.UserID == "" {
		return labels, false
	}
	labels = append(labels, "creator:"+a.UserID)
	for org := range a.Roles {
		labels = append(labels, "org:"+org)
	}
	for id := range a.Collaborates {
		labels = append(labels, "with:"+id)
	}
	if a.Partner {
		labels = append(labels, LabelPartner)
	}
	slices.Sort(labels)
	return labels, false
}

// CanSee reports whether the actor may know of the entry at all.
func CanSee(a Actor, e *Entry) bool {
	labels, all := LabelsOf(a)
	if all {
		return true
	}
	for _, l := range Labels(e) {
		if slices.Contains(labels, l) {
			return true
		}
	}
	return false
}

// LevelOf returns the circle the actor belongs to for this entry's values, and
// false when the entry must not be shown at all.
func LevelOf(a Actor, e *Entry) (Level, bool) {
	if !CanSee(a, e) {
		return "", false
	}
	switch {
	case a.Sysadmin || a.Roles[e.Owner] == RoleAdmin:
		return LevelRestricted, true
	case a.Roles[e.Owner] != "" || a.Collaborates[e.ID] != "" || a.Roles[e.SurveyCity()] != "":
		return LevelInternal, true
	case a.Partner:
		return LevelPartner, true
	default:
		return LevelPublic, true
	}
}

// CanSeeSource reports whether somebody may know that there is a source of
// harvests: everybody those of public organizations, but not those inside one's
// own network, which who edits its datasets may know.
func CanSeeSource(tx Tx, by Actor, src *HarvestSource) bool {
	if !by.IsAnonymous() && (by.Sysadmin || by.CanCreateIn(src.Owner)) {
		return true
	}
	org, err := tx.Entry(src.Owner)
	return err == nil && !src.Inside && CanSee(by, org)
}
