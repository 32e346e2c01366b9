package ckan

import (
	"slices"

	"trio.example/catalog"
)

func param(name, kind, de, en string) Param {
	return Param{Name: name, Kind: kind, Doc: catalog.DE(de, en)}
}

func required(name, kind, de, en string) Param {
	p := param(name, kind, de, en)
	p.Required = true
	return p
}

var (
	paramID         = required("id", "string", "Kennung oder Name", "id or name")
	paramLimit      = param("limit", "integer", "höchstens so viele", "at most that many")
	paramOffset     = param("offset", "integer", "so viele überspringen", "skip that many")
	paramQ          = param("q", "string", "Suchwort", "search word")
	paramAll        = param("all_fields", "boolean", "ganze Einträge statt Namen", "whole entries instead of names")
	paramVocabulary = param("vocabulary_id", "string", "Vokabular, aus dem es ist", "vocabulary it is of")
	paramWith       = param("include_datasets", "boolean", "Datensätze dazu", "with their datasets")
)

// table is the list of all actions. Routes, rights, help, OpenAPI and metrics
// follow from it.
func (s *Service) table() []Action {
	var dcat []Action
	if s.cfg.RDF != nil {
		dcat = s.dcatTable()
	}
	rows := slices.Concat(dcat, s.readTable(), s.writeTable(), s.accountTable(), s.moreTable(), s.fileTable(), s.versionTable(), s.schemingTable(), s.harvestTable(), s.harvestWriteTable())
	shapes := results()
	for i := range rows {
		rows[i].Result = shapes[rows[i].Name]
	}
	return rows
}

func (s *Service) readTable() []Action {
	return []Action{
		{Name: "package_search", Free: true, Logged: true, Auth: AuthAnyone, Run: s.packageSearch, Example: map[string]any{"q": "baum"},
			Doc:    catalog.DE("Sucht Datensätze mit CKANs Suchsprache.", "Searches datasets with CKAN's search syntax."),
			Params: searchParams},
		{Name: "package_show", Free: true, Auth: AuthAnyone, Run: s.packageShow,
			Doc: catalog.DE("Zeigt einen Datensatz mit seinen Ressourcen.", "Shows a dataset with its resources."),
			Params: []Param{paramID, param("name_or_id", "string", "wie id", "same as id"),
				param("include_plugin_data", "boolean", "mit plugin_data (nur Systemverwalter)", "with plugin_data (system administrators only)"),
				param("use_default_schema", "boolean", "ohne Wirkung", "no effect"), param("include_tracking", "boolean", "ohne Wirkung", "no effect")}},
		{Name: "package_list", Free: true, Logged: true, Auth: AuthAnyone, Run: s.packageList, Example: map[string]any{"limit": 10},
			Doc: catalog.DE("Namen aller öffentlichen Datensätze, alphabetisch.", "Names of all public datasets in alphabetical order."),
			Params: []Param{paramLimit, paramOffset, param("include_private", "boolean", "auch private (nur Systemverwalter)", "private ones, too (system administrators only)"),
				param("include_drafts", "boolean", "auch Entwürfe (nur Systemverwalter)", "drafts, too (system administrators only)"),
				param("include_deleted", "boolean", "auch gelöschte (nur Systemverwalter)", "deleted ones, too (system administrators only)")}},
		{Name: "current_package_list_with_resources", Free: true, Logged: true, Auth: AuthAnyone, Run: s.currentPackageList, Example: map[string]any{"limit": 2},
			Doc:    catalog.DE("Datensätze mit Ressourcen, zuletzt geänderte zuerst.", "Datasets with resources, newest change first."),
			Params: []Param{paramLimit, paramOffset, param("page", "integer", "veraltet: Seite", "deprecated: page")}},
		{Name: "package_autocomplete", Free: true, Logged: true, Auth: AuthAnyone, Run: s.packageAutocomplete, Example: map[string]any{"q": "baum"},
			Doc:    catalog.DE("Datensätze, deren Name oder Titel den Text enthält.", "Datasets whose name or title contains the text."),
			Params: []Param{required("q", "string", "Teil von Name oder Titel", "part of name or title"), paramLimit}},
		{Name: "resource_show", Free: true, Auth: AuthAnyone, Run: s.resourceShow,
			Doc: catalog.DE("Zeigt eine Ressource.", "Shows a resource."), Params: []Param{paramID}},
		{Name: "organization_list", Free: true, Auth: AuthAnyone, Run: s.groupList(catalog.TypeOrganization, "organization", "organizations"),
			Doc: catalog.DE("Listet Organisationen.", "Lists organizations."), Params: groupListParams("organizations"), Example: map[string]any{"all_fields": true}},
		{Name: "organization_show", Free: true, Auth: AuthAnyone, Run: s.groupShow(catalog.TypeOrganization, "organization", 10),
			Doc: catalog.DE("Zeigt eine Organisation.", "Shows an organization."), Params: groupShowParams()},
		{Name: "group_list", Free: true, Auth: AuthAnyone, Run: s.groupList(catalog.TypeGroup, "groups", "groups"),
			Doc: catalog.DE("Listet Gruppen (Themen).", "Lists groups (themes)."), Params: groupListParams("groups"), Example: map[string]any{}},
		{Name: "group_show", Free: true, Auth: AuthAnyone, Run: s.groupShow(catalog.TypeGroup, "groups", 1000),
			Doc: catalog.DE("Zeigt eine Gruppe.", "Shows a group."), Params: groupShowParams()},
		{Name: "tag_list", Free: true, Auth: AuthAnyone, Run: s.tagList, Example: map[string]any{},
			Doc:    catalog.DE("Schlagwörter sichtbarer Datensätze.", "Tags of visible datasets."),
			Params: []Param{param("query", "string", "Teil des Schlagworts", "part of the tag"), paramAll, paramVocabulary}},
		{Name: "tag_show", Free: true, Auth: AuthAnyone, Run: s.tagShow,
			Doc: catalog.DE("Zeigt ein Schlagwort.", "Shows a tag."), Params: []Param{paramID, paramVocabulary, paramWith}},
		{Name: "license_list", Free: true, Auth: AuthAnyone, Run: s.licenseList, Example: map[string]any{},
			Doc: catalog.DE("Lizenzen, die das Portal kennt.", "Licences the portal knows.")},
		{Name: "status_show", Free: true, Auth: AuthAnyone, Run: s.statusShow, Example: map[string]any{},
			Doc: catalog.DE("Titel, Adresse und Version des Portals.", "Title, address and version of the portal.")},
		{Name: "help_show", Free: true, Auth: AuthAnyone, Run: s.helpShow, Example: map[string]any{"name": "package_search"},
			Doc:    catalog.DE("Erklärt eine Aktion.", "Explains an action."),
			Params: []Param{required("name", "string", "Name der Aktion", "name of the action")}},
	}
}

func groupListParams(only string) []Param {
	return []Param{
		param("sort", "string", "title, name oder package_count mit asc oder desc", "title, name or package_count with asc or desc"),
		param("order_by", "string", "veraltet: wie sort", "deprecated: like sort"), paramLimit, paramOffset, paramAll, paramQ,
		param(only, "list", "nur diese Namen", "only these names"),
		param("include_dataset_count", "boolean", "mit Zahl der Datensätze, sonst false", "with number of datasets unless false"),
		param("include_extras", "boolean", "mit weiteren Angaben", "with extras"),
		param("include_groups", "boolean", "mit übergeordneter Organisation", "with parents"),
		param("include_users", "boolean", "mit Mitgliedern", "with members"), param("include_tags", "boolean", "mit Schlagwörtern", "with tags"),
		param("include_followers", "boolean", "mit Zahl der Folgenden", "with number of followers"), param("type", "string", "nur diese Art", "only this type"),
	}
}

// groupShowParams are there unless false, but for the datasets.
func groupShowParams() []Param {
	return []Param{paramID, paramWith,
		param("include_dataset_count", "boolean", "mit Zahl der Datensätze, sonst false", "with number of datasets unless false"),
		param("include_extras", "boolean", "mit weiteren Angaben, sonst false", "with extras unless false"),
		param("include_users", "boolean", "mit Mitgliedern, sonst false", "with members unless false"),
		param("include_groups", "boolean", "mit übergeordneten, sonst false", "with parents unless false"),
		param("include_tags", "boolean", "mit Schlagwörtern, sonst false", "with tags unless false"),
		param("include_followers", "boolean", "mit Zahl der Folgenden, sonst false", "with number of followers unless false"),
	}
}

func (s *Service) writeTable() []Action {
	name, owner := param("name", "string", "Name in der Adresse", "name in the address"), param("owner_org", "string", "Organisation", "organization")
	dataset := append([]Param{
		param("title", "string", "Titel", "title"), param("notes", "string", "Beschreibung", "description"),
		param("private", "boolean", "nicht öffentlich", "not public"), param("tags", "list", "Schlagwörter", "tags"),
		param("extras", "list", "weitere Angaben", "extras"), param("groups", "list", "Gruppen", "groups"), param("resources", "list", "Ressourcen", "resources"),
		param("relationships_as_subject", "list", "Beziehungen zu anderen", "relationships with others"), param("relationships_as_object", "list", "Beziehungen von anderen", "relationships of others"),
		param("plugin_data", "object", "Angaben von Erweiterungen (nur Systemverwalter)", "data of extensions (system administrators only)"),
	}, texts("author", "author_email", "maintainer", "maintainer_email", "license_id", "url", "version", "type", "state")...)
	named := append([]Param{required("name", "string", "Name in der Adresse", "name in the address"), owner}, dataset...)
	group := append([]Param{required("name", "string", "Name in der Adresse", "name in the address"), param("title", "string", "Titel", "title")}, groupFields()...)
	return []Action{
		{Name: "package_create", Auth: AuthEditor, Run: s.packageCreate, Params: named,
			Doc: catalog.DE("Legt einen Datensatz an.", "Creates a dataset.")},
		{Name: "package_update", Auth: AuthEditor, Run: s.packageUpdate, Params: append([]Param{paramID, name, owner}, dataset...),
			Doc: catalog.DE("Ersetzt einen Datensatz; was fehlt, wird geleert, Ressourcen und Gruppen bleiben.", "Replaces a dataset; what is left out is cleared, resources and groups stay.")},
		{Name: "package_patch", Auth: AuthEditor, Run: s.packagePatch, Params: append([]Param{paramID, name, owner}, dataset...),
			Doc: catalog.DE("Ändert die genannten Felder eines Datensatzes.", "Changes the given fields of a dataset.")},
		{Name: "package_delete", Auth: AuthEditor, Run: s.packageDelete, Params: []Param{paramID},
			Doc: catalog.DE("Löscht einen Datensatz; er kann wiederhergestellt werden.", "Deletes a dataset; it can be restored.")},
		{Name: "dataset_purge", Auth: AuthSysadmin, Run: s.datasetPurge, Params: []Param{paramID},
			Doc: catalog.DE("Entfernt einen Datensatz mit seiner Geschichte endgültig.", "Removes a dataset and its history for good.")},
		{Name: "organization_create", Auth: AuthUser, Own: true, Run: s.groupCreate(catalog.TypeOrganization), Params: group,
			Doc: catalog.DE("Legt eine Organisation an.", "Creates an organization.")},
		{Name: "group_create", Auth: AuthUser, Own: true, Run: s.groupCreate(catalog.TypeGroup), Params: group,
			Doc: catalog.DE("Legt eine Gruppe an.", "Creates a group.")},
	}
}

// groupFields are what an organization or group is made of beside its name and title.
func groupFields() []Param {
	return append(texts("description", "image_url", "approval_status", "state", "type"),
		param("extras", "list", "weitere Angaben", "extras"), param("users", "list", "Mitglieder", "members"),
		param("groups", "list", "übergeordnete", "parents"), param("packages", "list", "Datensätze", "datasets"), param("tags", "list", "Schlagwörter", "tags"))
}
