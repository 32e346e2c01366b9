package ckan

import (
	"cmp"
	"net/http"
	"strings"

	"trio.example/catalog"
)

// refusal is how CKAN says that an action is closed to somebody.
type refusal struct {
	// text follows “Access denied: ”; {user} and {id} stand for the caller's name
	// and for what the caller named. Empty is no reason at all.
	text string
	// asks are arguments whose absence is told before rights are looked at.
	asks []string
	// id is the argument that {id} stands for; "id" where it is empty.
	id string
}

// refusals has what CKAN 2.12 says. An action that is not here gives no reason.
var refusals = func() map[string]refusal {
	const (
		edit     = "User {user} not authorized to edit "
		remove   = "User {user} not authorized to delete "
		toCreate = "User {user} not authorized to create "
		members  = "User {user} not authorized to add members"
		closed   = "Not authorized"
	)
	id := []string{"id"}
	out := map[string]refusal{
		"package_create": {text: toCreate + "packages"}, "package_update": {text: edit + "package {id}"}, "package_patch": {text: edit + "package {id}"},
		"package_delete": {text: edit + "package {id}", asks: id}, "package_revise": {text: edit + "package {id}", id: "match"}, "package_resource_reorder": {text: edit + "package {id}", asks: id},
		"dataset_purge": {asks: id}, "package_relationship_create": {text: edit + "these packages", asks: []string{"subject", "object", "type"}},
		"package_relationship_update": {asks: []string{"subject", "object", "type"}}, "package_relationship_delete": {asks: []string{"subject", "object", "type"}},
		"package_create_default_resource_views": {text: edit + "package", asks: []string{"package"}},
		"resource_create":                       {text: toCreate + "resources on dataset {id}", asks: []string{"package_id"}, id: "package_id"},
		"resource_update":                       {text: edit + "resource {id}", asks: id}, "resource_patch": {text: edit + "resource {id}"}, "resource_delete": {text: remove + "resource {id}", asks: id},
		"resource_create_default_resource_views": {asks: []string{"resource"}},
		"resource_view_create":                   {asks: []string{"resource_id"}}, "resource_view_update": {asks: id}, "resource_view_delete": {asks: id},
		"resource_view_reorder": {text: edit + "resource {id}", asks: []string{"id", "order"}},
		"user_create":           {text: toCreate + "users via the API"}, "user_invite": {text: members}, "followee_list": {text: closed},
		"task_status_update": {text: "User {user} not authorized to update task_status table"}, "task_status_delete": {asks: id},
		"term_translation_update":      {text: "User {user} not authorized to update term_translation table"},
		"term_translation_update_many": {text: "User {user} not authorized to update term_translation table"},
		"package_collaborator_create":  {text: "User {user} not authorized to add collaborators to this dataset", asks: []string{"id", "user_id", "capacity"}},
		"package_collaborator_delete":  {text: "User {user} not authorized to remove collaborators from this dataset", asks: []string{"id", "user_id"}},
		"package_collaborator_list":    {text: "User {user} not authorized to list collaborators from this dataset", asks: id},
	}
	for _, kind := range []string{"group", "organization"} {
		out[kind+"_member_create"] = refusal{text: members}
	}
	for _, kind := range []string{"dataset", "group", "organization", "user"} {
		out[kind+"_follower_list"], out[kind+"_followee_list"] = refusal{text: closed}, refusal{text: closed}
	}
	return out
}()

// close says to somebody that an action is closed to them, or first what is
// missing where CKAN does.
func (r refusal) close(by catalog.Actor, args Args) error {
	if len(r.asks) > 0 {
		if err := missing(args, r.asks...); err != nil {
			return err
		}
	}
	return denied(r.reason(by, args))
}

func (r refusal) reason(by catalog.Actor, args Args) string {
	name := r.id
	if name == "" {
		name = "id"
	}
	asked := args.String(name)
	if m, ok := args[name].(map[string]any); ok { // package_revise names its dataset in there
		asked = cmp.Or(toText(m["id"]), toText(m["name"]))
	}
	return strings.TrimSpace(strings.NewReplacer("{user}", by.Name, "{id}", asked).Replace(r.text))
}

// reasoned gives a refusal without a reason the one CKAN gives for the action.
func reasoned(a *Action, call *Call, e *apiError) *apiError {
	if a == nil || e.Status != http.StatusForbidden || e.Body["message"] != denied("").Body["message"] {
		return e
	}
	return denied(refusals[a.Name].reason(call.Actor, call.Args))
}
