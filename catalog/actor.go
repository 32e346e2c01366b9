package catalog

// Role is what a user may do in an organization, as in CKAN.
type Role string

// The roles of an organization or group.
const (
	RoleAdmin  Role = "admin"
	RoleEditor Role = "editor"
	RoleMember Role = "member"
)

// Valid reports whether r is one of the three roles.
func (r Role) Valid() bool { return r == RoleAdmin || r == RoleEditor || r == RoleMember }

// Actor is whoever does something: a signed-in user, nobody, or the program.
type Actor struct {
	// UserID and Name are empty for anonymous.
	UserID, Name string
	Sysadmin     bool
	// Roles gives the role by organization id, with the roles that cascade
	// from a parent organization already filled in.
	Roles map[string]Role
	// Unowned lets the actor create and edit datasets without an organization.
	Unowned bool
	// Collaborates gives the role by dataset id, beside the organizations.
	Collaborates map[string]Role
	// Partner is set for members of one of the cooperation's organizations.
	Partner bool
	// Bulk marks imports and harvests: their writes let interactive ones pass.
	Bulk bool
}

// Anonymous is the reader without an account.
var Anonymous = Actor{}

// System returns the program acting on its own behalf.
func System(name string) Actor { return Actor{UserID: "system", Name: name, Sysadmin: true} }

// IsAnonymous reports whether nobody is signed in.
func (a Actor) IsAnonymous() bool { return a.UserID == "" }

// CanEdit reports whether the actor may change the entry's fields and state.
func (a Actor) CanEdit(e *Entry) bool {
	if a.Sysadmin {
		return true
	}
	switch e.Type {
	case TypeOrganization, TypeGroup:
		return a.Roles[e.ID] == RoleAdmin
	default:
		if e.Owner == "" && e.Type == TypeDataset && a.Unowned && !a.IsAnonymous() {
			return true
		}
		edits := func(r Role) bool { return r == RoleAdmin || r == RoleEditor }
		// What a city publishes of its survey its officers may edit, although the
		// dataset is its office's and an editor's role does not reach offices.
		return edits(a.Collaborates[e.ID]) || (e.Owner != "" && edits(a.Roles[e.Owner])) || edits(a.Roles[e.SurveyCity()])
	}
}

// CanMove reports whether the actor may take the entry out of its organization.
// Who only collaborates on it may not: the organization would lose it to another.
func (a Actor) CanMove(e *Entry) bool {
	return a.CanEdit(e) && (e.Owner == "" || a.CanCreateIn(e.Owner))
}

// CanCreateIn reports whether the actor may add entries to an organization.
func (a Actor) CanCreateIn(orgID string) bool {
	if orgID == "" && a.Unowned && !a.IsAnonymous() {
		return true
	}
	r := a.Roles[orgID]
	return a.Sysadmin || r == RoleAdmin || r == RoleEditor
}

// IsOfficerOf reports whether the actor runs the survey of a city: opens rounds,
// sends links, reviews, approves. orgID is the city's organization.
func (a Actor) IsOfficerOf(orgID string) bool {
	r := a.Roles[orgID]
	return a.Sysadmin || orgID != "" && (r == RoleAdmin || r == RoleEditor)
}
