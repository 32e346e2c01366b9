package ckan

import "trio.example/catalog"

// row makes a line of the table; most actions need no more than this.
func row(name string, free bool, auth Auth, run RunFunc, de, en string, params ...Param) Action {
	return Action{Name: name, Free: free, Auth: auth, Run: run, Doc: catalog.DE(de, en), Params: params}
}

func read(name string, run RunFunc, de, en string, params ...Param) Action {
	return row(name, true, AuthAnyone, run, de, en, params...)
}

func write(name string, auth Auth, run RunFunc, de, en string, params ...Param) Action {
	return row(name, false, auth, run, de, en, params...)
}

// own marks the rows for signed-in accounts whose functions ask themselves who
// calls. What only system administrators may do keeps its gate.
func own(rows ...Action) []Action {
	for i := range rows {
		if rows[i].Auth == AuthUser {
			rows[i] = itself(rows[i])
		}
	}
	return rows
}

// itself marks one row whose function asks who calls.
func itself(a Action) Action {
	a.Own = true
	return a
}

func texts(names ...string) []Param {
	out := make([]Param, len(names))
	for i, n := range names {
		out[i] = param(n, "string", n, n)
	}
	return out
}

// accountTable lists what concerns users, tokens, members and followers.
func (s *Service) accountTable() []Action {
	user := texts("name", "email", "password", "fullname", "about", "image_url")
	member := texts("object", "object_type", "capacity")
	out := []Action{
		read("user_list", s.userList, "Listet Konten.", "Lists accounts.", append(texts("q", "email", "order_by"), paramAll, param("include_site_user", "boolean", "auch das Konto des Portals", "the portal's own account, too"))...),
		read("user_show", s.userShow, "Zeigt ein Konto.", "Shows an account.", param("id", "string", "Kennung oder Name", "id or name"), paramWith,
			param("include_num_followers", "boolean", "mit Zahl der Folgenden", "with number of followers"),
			param("include_password_hash", "boolean", "mit dem Hash des Passworts (nur Systemverwalter)", "with the password's hash (system administrators only)"),
			param("include_plugin_extras", "boolean", "mit plugin_extras (nur Systemverwalter)", "with plugin_extras (system administrators only)")),
		read("user_autocomplete", s.userAutocomplete, "Konten, deren Name den Text enthält.", "Accounts whose name contains the text.", paramQ, paramLimit, param("ignore_self", "boolean", "ohne das eigene", "without one's own")),
		write("user_create", AuthSysadmin, s.userCreate, "Legt ein Konto an.", "Creates an account.", append(user[:len(user):len(user)], param("id", "string", "Kennung (nur Systemverwalter)", "id (system administrators only)"),
			param("plugin_extras", "object", "Angaben von Erweiterungen (nur Systemverwalter)", "data of extensions (system administrators only)"),
			param("with_apitoken", "boolean", "mit einem API-Token", "with an API token"))...),
		write("user_update", AuthUser, s.userUpdate, "Ersetzt die Angaben eines Kontos.", "Replaces an account's details.", append(user, paramID)...),
		write("user_patch", AuthUser, s.userPatch, "Ändert Angaben eines Kontos.", "Changes details of an account.", append(user, paramID)...),
		write("user_delete", AuthSysadmin, s.userDelete, "Löscht ein Konto.", "Deletes an account.", paramID),
		write("user_invite", AuthUser, s.userInvite, "Lädt jemanden in eine Gruppe ein.", "Invites somebody into a group.", texts("email", "group_id", "role")...),
		write("get_site_user", AuthAnyone, s.siteUser, "Das Konto des Portals selbst.", "The portal's own account."),
		write("api_token_create", AuthUser, s.tokenCreate, "Macht ein API-Token; es wird nur einmal gezeigt.", "Makes an API token, shown only once.", texts("user", "name", "expires_in", "unit")...),
		row("api_token_list", true, AuthUser, s.tokenList, "Listet die Token eines Kontos.", "Lists an account's tokens.", texts("user_id", "user")...),
		write("api_token_revoke", AuthUser, s.tokenRevoke, "Widerruft ein Token.", "Revokes a token.", texts("token", "jti")...),
		read("member_list", s.memberList, "Mitglieder einer Gruppe.", "Members of a group.", paramID, texts("object_type")[0], texts("capacity")[0]),
		read("member_roles_list", s.memberRoles, "Rollen in Gruppen.", "Roles in groups.", texts("group_type")...),
		write("member_create", AuthUser, s.memberCreate, "Nimmt etwas in eine Gruppe auf.", "Adds something to a group.", append(member, paramID)...),
		write("member_delete", AuthUser, s.memberDelete, "Entfernt etwas aus einer Gruppe.", "Removes something from a group.", append(member, paramID)...),
		read("organization_list_for_user", s.organizationsForUser, "Organisationen, in denen das Konto etwas darf.", "Organizations in which the account may do something.", append(texts("id", "permission"), param("include_dataset_count", "boolean", "mit Zahl der Datensätze", "with number of datasets"))...),
		read("group_list_authz", s.groupsForUser, "Gruppen, die das Konto bearbeiten darf.", "Groups the account may edit.", texts("available_only", "am_member")...),
		row("dashboard_activity_list", true, AuthAnyone, s.dashboardList, "Was bei dem geschah, dem man folgt.", "What happened to what one follows.", paramLimit, paramOffset),
		row("dashboard_new_activities_count", true, AuthAnyone, s.dashboardCount, "Zahl neuer Ereignisse.", "Number of new activities."),
		write("dashboard_mark_activities_old", AuthAnyone, s.dashboardMark, "Merkt Ereignisse als gesehen.", "Marks activities as seen."),
		read("followee_count", s.followeeCount(""), "Wie vielem ein Konto folgt.", "How much an account follows.", paramID),
		row("followee_list", true, AuthUser, s.followeeList(""), "Wem ein Konto folgt.", "What an account follows.", paramID, paramQ),
	}
	for _, t := range []struct {
		typ        catalog.Type
		de, plural string
	}{{catalog.TypeOrganization, "Organisation", "organization"}, {catalog.TypeGroup, "Gruppe", "group"}} {
		out = append(out,
			write(t.plural+"_member_create", AuthUser, s.groupMemberCreate, "Macht ein Konto zum Mitglied der "+t.de+".", "Makes an account a member.", append(texts("username", "role"), paramID)...),
			write(t.plural+"_member_delete", AuthUser, s.groupMemberDelete, "Entfernt ein Mitglied der "+t.de+".", "Removes a member.", append(texts("username", "user_id"), paramID)...),
		)
	}
	for _, kind := range []string{"user", "dataset", "group"} {
		out = append(out,
			write("follow_"+kind, AuthAnyone, s.follow(kind), "Folgt dem Genannten.", "Follows what is named.", paramID),
			write("unfollow_"+kind, AuthAnyone, s.unfollow(kind), "Folgt nicht mehr.", "Stops following.", paramID),
			row("am_following_"+kind, true, AuthUser, s.amFollowing(kind), "Ob man folgt.", "Whether one follows.", paramID),
		)
	}
	for _, kind := range []string{"user", "dataset", "group", "organization"} {
		object := kind
		if kind == "organization" {
			object = "group" // CKAN keeps followers of organizations with those of groups
		}
		out = append(out,
			read(kind+"_follower_count", s.followerCount(object), "Zahl der Folgenden.", "Number of followers.", paramID),
			row(kind+"_follower_list", true, AuthSysadmin, s.followerList(object), "Wer folgt.", "Who follows.", paramID),
			read(kind+"_followee_count", s.followeeCount(kind), "Zahl dessen, dem das Konto folgt.", "Number of what the account follows.", paramID),
			row(kind+"_followee_list", true, AuthUser, s.followeeList(kind), "Wem das Konto folgt.", "What the account follows.", paramID, paramQ),
		)
	}
	return own(out...)
}
