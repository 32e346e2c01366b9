package account

import (
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Demand names the roles for which a password alone is not enough.
type Demand struct{ roles []string }

// demandable are the roles a second factor can be demanded of, the highest first.
var demandable = []string{"sysadmin", string(catalog.RoleAdmin), string(catalog.RoleEditor), string(catalog.RoleMember)}

// ParseDemand reads a setting: roles with commas between them, “officers” for
// everybody who can change or approve something, “all”, or “none”.
func ParseDemand(text string) (Demand, error) {
	var d Demand
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' }) {
		switch {
		case word == "none" && d.roles == nil:
		case word == "all":
			d.roles = append(d.roles, demandable...)
		case word == "officers":
			d.roles = append(d.roles, demandable[:3]...)
		case slices.Contains(demandable, word):
			d.roles = append(d.roles, word)
		default:
			return Demand{}, fmt.Errorf("%q is no role; known are %s, officers, all and none", word, strings.Join(demandable, ", "))
		}
	}
	return d, nil
}

// Of reports whether an actor's roles demand a second factor.
func (d Demand) Of(a catalog.Actor) bool {
	if a.Sysadmin && slices.Contains(d.roles, "sysadmin") {
		return true
	}
	for _, r := range a.Roles {
		if slices.Contains(d.roles, string(r)) {
			return true
		}
	}
	for _, r := range a.Collaborates {
		if slices.Contains(d.roles, string(r)) {
			return true
		}
	}
	return false
}

// withhold takes all rights from somebody who still has to set up a second
// factor: until then the account is good for nothing else.
func withhold(a catalog.Actor) catalog.Actor { return catalog.Actor{UserID: a.UserID, Name: a.Name} }
