package ckan

import "slices"

// shape is a JSON schema of what an action gives.
type shape = map[string]any

// results says what actions give, by name; it fills the Result of the action table.
// An action that is not here gives a value of its own kind, told by its help.
func results() map[string]shape {
	packages, resource, group, user, tag := one("Package"), one("Resource"), one("Group"), one("User"), one("Tag")
	out := map[string]shape{
		"package_show": packages, "package_create": packages, "package_update": packages, "package_patch": packages, "package_version_restore": packages,
		"package_search":                      found("sort", oneOf(packages, shape{"type": "object"})),
		"current_package_list_with_resources": listOf(packages), "group_package_show": listOf(packages),
		"package_revise": shape{"type": "object", "properties": shape{"package": packages}},
		"resource_show":  resource, "resource_create": resource, "resource_update": resource, "resource_patch": resource,
		"resource_search": found("", resource),
		"user_show":       user, "user_create": user, "user_update": user, "user_patch": user,
		"user_list": listOf(oneOf(kind("string"), user)),
		"tag_show":  tag, "tag_create": tag, "tag_list": listOf(oneOf(kind("string"), tag)), "tag_search": found("", having("id", "name", "vocabulary_id")),
		"vocabulary_show": one("Vocabulary"), "vocabulary_create": one("Vocabulary"), "vocabulary_update": one("Vocabulary"), "vocabulary_list": listOf(one("Vocabulary")),
		"package_autocomplete":           listOf(having("name", "title", "match_field", "match_displayed")),
		"user_autocomplete":              listOf(having("id", "name", "fullname")),
		"license_list":                   listOf(having("id", "title")),
		"status_show":                    having("ckan_version", "site_title", "site_url"),
		"api_token_create":               having("token"),
		"api_token_list":                 listOf(having("id", "name", "user_id", "created_at")),
		"member_list":                    listOf(shape{"type": "array", "items": kind("string")}),
		"help_show":                      kind("string"),
		"dashboard_new_activities_count": kind("integer"),
		"package_collaborator_create":    having("package_id", "user_id", "capacity", "modified"),
		"package_relationship_create":    having("id", "subject", "object", "type", "comment"),
		"activity_show":                  one("Activity"), "activity_create": one("Activity"),
	}
	same := func(s shape, names ...string) {
		for _, name := range names {
			out[name] = s
		}
	}
	for _, t := range []string{"organization", "group"} {
		same(group, t+"_show", t+"_create", t+"_update", t+"_patch")
		same(kind("null"), t+"_delete", t+"_purge")
		same(having("table_id", "group_id", "capacity", "state"), t+"_member_create")
		same(listOf(oneOf(kind("string"), one("GroupLine"))), t+"_list")
	}
	same(listOf(one("GroupLine")), "organization_list_for_user", "group_list_authz")
	same(listOf(kind("string")), "package_list", "tag_autocomplete", "format_autocomplete", "config_option_list",
		"scheming_dataset_schema_list", "scheming_group_schema_list", "scheming_organization_schema_list")
	same(listOf(one("Activity")), "package_activity_list", "organization_activity_list", "group_activity_list", "user_activity_list", "recently_changed_packages_activity_list", "dashboard_activity_list")
	same(kind("null"), "package_delete", "dataset_purge", "resource_delete", "user_delete", "tag_delete", "vocabulary_delete", "api_token_revoke",
		"bulk_update_delete", "bulk_update_private", "bulk_update_public", "package_owner_org_update", "package_collaborator_delete", "package_relationship_delete")
	for _, t := range []string{"dataset", "group", "organization", "user"} {
		same(kind("boolean"), "am_following_"+t)
		same(kind("integer"), t+"_follower_count", t+"_followee_count")
		same(listOf(user), t+"_follower_list")
		same(having("follower_id", "object_id", "datetime"), "follow_"+t)
		same(kind("null"), "unfollow_"+t)
	}
	same(kind("integer"), "followee_count")
	same(kind("boolean"), "harvest_source_reindex", "harvest_sources_reindex")
	same(having("id", "name", "size", "hash", "algorithm", "content_type", "storage", "created"), "file_create", "file_show", "file_rename", "file_register", "file_delete", "file_pin", "file_unpin")
	same(having("id", "resource_id", "package_id", "title", "view_type"), "resource_view_create", "resource_view_show", "resource_view_update")
	return out
}

func kind(types ...string) shape {
	if len(types) == 1 {
		return shape{"type": types[0]}
	}
	return shape{"type": types}
}

func one(name string) shape { return shape{"$ref": "#/components/schemas/" + name} }

func listOf(s shape) shape { return shape{"type": "array", "items": s} }

func oneOf(list ...any) shape { return shape{"anyOf": list} }

// having has these keys at least.
func having(keys ...string) shape { return shape{"type": "object", "required": keys} }

// found is a page of a search; sorted names the key that tells its order, "" for none.
func found(sorted string, item shape) shape {
	out := shape{"type": "object", "required": []string{"count", "results"}, "properties": shape{"count": kind("integer"), "results": listOf(item)}}
	if sorted != "" {
		out["required"] = []string{"count", "results", sorted, "facets", "search_facets"}
		out["properties"].(shape)[sorted] = kind("string")
	}
	return out
}

// objectSchemas are the objects that several actions give. Each has its keys always
// but for those that begin with "?"; more keys, such as a city's own, may be there.
func objectSchemas() shape {
	text, maybe, truth, number, list := kind("string"), kind("string", "null"), kind("boolean"), kind("integer"), listOf(kind("object"))
	schemas := map[string]map[string]shape{
		"Package": {
			"id": text, "name": text, "title": maybe, "type": text, "state": text, "notes": maybe, "url": maybe, "version": maybe,
			"author": maybe, "author_email": maybe, "maintainer": maybe, "maintainer_email": maybe, "license_id": maybe, "license_title": maybe, "?license_url": maybe,
			"private": truth, "isopen": truth, "owner_org": maybe, "organization": kind("object", "null"), "creator_user_id": maybe,
			"metadata_created": text, "metadata_modified": text, "num_resources": number, "num_tags": number,
			"resources": listOf(one("Resource")), "tags": listOf(one("Tag")), "groups": list, "extras": listOf(having("key", "value")),
			"relationships_as_subject": list, "relationships_as_object": list,
		},
		"Resource": {
			"id": text, "package_id": text, "url": text, "name": maybe, "description": maybe, "format": text, "position": number, "state": text, "created": text, "metadata_modified": text,
			"last_modified": maybe, "size": kind("integer", "string", "null"), "hash": maybe, "mimetype": maybe, "url_type": maybe, "resource_type": maybe, "datastore_active": truth,
		},
		"Group": {
			"id": text, "name": text, "title": text, "display_name": text, "description": maybe, "type": text, "state": text, "approval_status": text, "is_organization": truth, "created": text,
			"image_url": maybe, "image_display_url": maybe, "users": list, "groups": list, "extras": list, "?package_count": number, "?num_followers": number, "?packages": listOf(kind("object")), "?tags": list,
		},
		"GroupLine": {
			"id": text, "name": text, "title": text, "display_name": text, "description": maybe, "type": text, "state": text, "is_organization": truth, "created": text,
			"image_url": maybe, "image_display_url": maybe, "?package_count": number, "?capacity": text,
		},
		"User": {
			"id": text, "name": text, "fullname": maybe, "display_name": text, "about": maybe, "created": text, "state": text, "sysadmin": truth, "email_hash": text,
			"image_url": maybe, "image_display_url": maybe, "number_created_packages": number, "last_active": maybe, "?email": maybe,
		},
		"Tag":        {"id": text, "name": text, "display_name": text, "vocabulary_id": maybe},
		"Vocabulary": {"id": text, "name": text, "tags": listOf(one("Tag"))},
		"Activity":   {"id": text, "activity_type": text, "timestamp": text, "user_id": text, "object_id": text, "data": kind("object", "null"), "?is_new": truth},
	}
	out := shape{}
	for name, keys := range schemas {
		props, needed := shape{}, []string{}
		for key, s := range keys {
			if key[0] == '?' {
				key = key[1:]
			} else {
				needed = append(needed, key)
			}
			props[key] = s
		}
		slices.Sort(needed)
		out[name] = shape{"type": "object", "required": needed, "properties": props}
	}
	return out
}

// success is the envelope of an answer that holds this.
func success(result shape) shape {
	return shape{"type": "object", "required": []string{"help", "success", "result"}, "properties": shape{"help": kind("string"), "success": kind("boolean"), "result": result}}
}
