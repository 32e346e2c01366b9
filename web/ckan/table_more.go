package ckan

import "trio.example/catalog"

// moreTable lists resources, views, vocabularies, activities and what
// administrators use.
func (s *Service) moreTable() []Action {
	resource := append(texts("package_id", "url", "name", "description", "format", "mimetype", "hash", "size"), param("upload", "file", "Datei (multipart)", "file (multipart)"))
	view := texts("resource_id", "title", "view_type", "description")
	tag, task := texts("name", "vocabulary_id"), texts("entity_id", "entity_type", "task_type", "key", "value", "state", "error", "last_updated")
	stream := append(texts("limit", "offset", "before", "after"), param("activity_types", "list", "nur diese Arten", "only these types"),
		param("exclude_activity_types", "list", "ohne diese Arten", "without these types"))
	streamOf := append([]Param{paramID, param("include_hidden_activity", "boolean", "auch eigene des Portals (nur Verwaltung)", "the portal's own, too (administrators only)")}, stream...)
	relation := texts("subject", "object", "type", "comment")
	bulk := []Param{required("datasets", "list", "Kennungen", "ids"), required("org_id", "string", "Organisation", "organization")}
	out := []Action{
		write("resource_create", AuthUser, s.resourceCreate, "Fügt eine Ressource an.", "Appends a resource.", resource...),
		write("resource_update", AuthUser, s.resourceUpdate, "Ersetzt eine Ressource.", "Replaces a resource.", append(resource, paramID)...),
		write("resource_patch", AuthUser, s.resourcePatch, "Ändert Felder einer Ressource.", "Changes fields of a resource.", append(resource, paramID)...),
		write("resource_delete", AuthUser, s.resourceDelete, "Löscht eine Ressource.", "Deletes a resource.", paramID),
		write("package_resource_reorder", AuthUser, s.resourceReorder, "Ordnet Ressourcen neu.", "Reorders resources.", paramID, param("order", "list", "Kennungen in neuer Reihenfolge", "ids in the new order")),
		read("resource_search", s.resourceSearch, "Sucht in öffentlichen Ressourcen.", "Searches public resources.", required("query", "list", "Feld:Text", "field:text"), texts("order_by")[0], paramLimit, paramOffset),
		write("package_revise", AuthUser, s.packageRevise, "Ändert Teile, wenn andere noch stimmen.", "Changes parts on condition that others match.",
			param("match", "object", "muss übereinstimmen", "must match"), param("filter", "list", "Muster", "patterns"), param("update", "object", "Änderungen", "changes"), param("include", "list", "Muster der Antwort", "patterns of the answer")),
		write("package_owner_org_update", AuthSysadmin, s.ownerOrgUpdate, "Gibt einen Datensatz einer anderen Organisation.", "Gives a dataset to another organization.", append(texts("organization_id"), paramID)...),
		read("resource_view_show", s.viewShow, "Zeigt eine Ansicht.", "Shows a view.", paramID),
		read("resource_view_list", s.viewList, "Ansichten einer Ressource.", "Views of a resource.", paramID),
		write("resource_view_create", AuthUser, s.viewCreate, "Legt eine Ansicht an.", "Creates a view.", view...),
		write("resource_view_update", AuthUser, s.viewUpdate, "Ändert eine Ansicht.", "Changes a view.", append(view, paramID)...),
		write("resource_view_reorder", AuthUser, s.viewReorder, "Ordnet Ansichten neu.", "Reorders views.", paramID, param("order", "list", "Kennungen", "ids")),
		write("resource_view_delete", AuthUser, s.viewDelete, "Löscht eine Ansicht.", "Deletes a view.", paramID),
		write("resource_view_clear", AuthSysadmin, s.viewClear, "Löscht alle Ansichten.", "Deletes all views.", param("view_types", "list", "nur diese Arten", "only these types")),
		write("resource_create_default_resource_views", AuthUser, s.resourceDefaultViews, "Legt die üblichen Ansichten an.", "Creates the usual views.", param("resource", "object", "Ressource", "resource")),
		write("package_create_default_resource_views", AuthUser, s.packageDefaultViews, "Legt die üblichen Ansichten aller Ressourcen an.", "Creates the usual views of all resources.", param("package", "object", "Datensatz", "dataset")),
		read("group_package_show", s.groupPackageShow, "Datensätze einer Gruppe.", "Datasets of a group.", paramID, paramLimit),
		read("group_autocomplete", s.groupAutocomplete(catalog.TypeGroup), "Gruppen, die den Text enthalten.", "Groups that contain the text.", paramQ, paramLimit),
		read("organization_autocomplete", s.groupAutocomplete(catalog.TypeOrganization), "Organisationen, die den Text enthalten.", "Organizations that contain the text.", paramQ, paramLimit),
		read("format_autocomplete", s.formatAutocomplete, "Formate, häufigste zuerst.", "Formats, most used first.", paramQ, paramLimit),
		read("tag_search", s.tagSearch, "Sucht Schlagwörter.", "Searches tags.", append(texts("query", "vocabulary_id"), paramLimit, paramOffset)...),
		read("tag_autocomplete", s.tagAutocomplete, "Schlagwörter, die den Text enthalten.", "Tags that contain the text.", append(texts("query", "vocabulary_id"), paramLimit, paramOffset)...),
		write("tag_create", AuthSysadmin, s.tagCreate, "Legt ein Schlagwort eines Vokabulars an.", "Creates a tag of a vocabulary.", tag...),
		write("tag_delete", AuthAnyone, s.tagDelete, "Löscht ein Schlagwort eines Vokabulars.", "Deletes a tag of a vocabulary.", append(texts("vocabulary_id"), paramID)...),
		read("vocabulary_list", s.vocabularyList, "Listet Vokabulare.", "Lists vocabularies."),
		read("vocabulary_show", s.vocabularyShow, "Zeigt ein Vokabular.", "Shows a vocabulary.", paramID),
		write("vocabulary_create", AuthSysadmin, s.vocabularyCreate, "Legt ein Vokabular an.", "Creates a vocabulary.", texts("name", "tags")...),
		write("vocabulary_update", AuthSysadmin, s.vocabularyUpdate, "Ändert ein Vokabular.", "Changes a vocabulary.", append(texts("name", "tags"), paramID)...),
		write("vocabulary_delete", AuthSysadmin, s.vocabularyDelete, "Löscht ein leeres Vokabular.", "Deletes an empty vocabulary.", paramID),
		read("recently_changed_packages_activity_list", s.recentPackages, "Zuletzt geänderte öffentliche Datensätze.", "Public datasets changed of late.", stream...),
		itself(row("activity_show", true, AuthUser, s.activityShow(false), "Zeigt ein Ereignis.", "Shows an activity.", paramID)),
		itself(row("activity_data_show", true, AuthUser, s.activityShow(true), "Zeigt den Stand zu einem Ereignis.", "Shows the state at an activity.", append(texts("object_type"), paramID)...)),
		itself(row("activity_diff", true, AuthUser, s.activityDiff, "Vergleicht den Stand vor und nach einem Ereignis.", "Compares the states around an activity.", append(texts("object_type", "diff_type"), paramID)...)),
		write("activity_create", AuthUser, s.activityCreate, "Schreibt ein Ereignis.", "Writes an activity.", texts("user_id", "object_id", "activity_type", "data")...),
		itself(write("activity_delete", AuthSysadmin, s.activityDelete(false), "Löscht von Hand geschriebene Ereignisse eines Zeitraums.", "Deletes activities of a period.", append(texts("id", "start_date", "end_date"), param("offset_days", "integer", "nur ältere, in Tagen", "only older ones, in days"), param("keep", "integer", "so viele je Gegenstand behalten", "keep that many of each object"))...)),
		write("activity_delete_all", AuthSysadmin, s.activityDelete(true), "Löscht alle von Hand geschriebenen Ereignisse.", "Deletes all activities written by hand."),
		row("activity_delete_counts", true, AuthSysadmin, s.activityDeleteCounts, "Zählt, was activity_delete löschte.", "Counts what activity_delete would delete.", texts("start_date", "end_date", "offset_days")...),
		write("send_email_notifications", AuthSysadmin, s.emailNotifications, "Verschickt Benachrichtigungen; hier ausgeschaltet.", "Sends notifications; switched off here."),
		read("package_relationships_list", s.relationList, "Beziehungen eines Datensatzes.", "Relationships of a dataset.", append(texts("id2", "rel"), paramID)...),
		write("package_relationship_create", AuthUser, s.relate(false), "Verbindet zwei Datensätze.", "Relates two datasets.", relation...),
		write("package_relationship_update", AuthUser, s.relate(true), "Ändert eine Beziehung.", "Changes a relationship.", relation...),
		write("package_relationship_delete", AuthUser, s.unrelate, "Löst eine Beziehung.", "Removes a relationship.", relation[:3]...),
		row("package_collaborator_list", true, AuthUser, s.collaboratorList(false), "Mitwirkende eines Datensatzes.", "Collaborators of a dataset.", append(texts("capacity"), paramID)...),
		row("package_collaborator_list_for_user", true, AuthUser, s.collaboratorList(true), "Datensätze, an denen ein Konto mitwirkt.", "Datasets an account collaborates on.", append(texts("capacity"), paramID)...),
		write("package_collaborator_create", AuthUser, s.collaboratorCreate, "Macht ein Konto zum Mitwirkenden.", "Makes an account a collaborator.", append(texts("user_id", "capacity"), paramID)...),
		write("package_collaborator_delete", AuthUser, s.collaboratorDelete, "Beendet eine Mitwirkung.", "Ends a collaboration.", append(texts("user_id"), paramID)...),
		read("task_status_show", s.taskShow, "Zeigt den Stand einer Aufgabe.", "Shows the state of a task.", texts("id", "entity_id", "task_type", "key")...),
		write("task_status_update", AuthSysadmin, s.taskUpdate, "Schreibt den Stand einer Aufgabe.", "Writes the state of a task.", task...),
		write("task_status_update_many", AuthSysadmin, s.taskUpdateMany, "Schreibt den Stand mehrerer Aufgaben.", "Writes the state of several tasks.", param("data", "list", "Aufgaben", "tasks")),
		write("task_status_delete", AuthSysadmin, s.taskDelete, "Löscht den Stand einer Aufgabe.", "Deletes the state of a task.", paramID),
		read("term_translation_show", s.translationShow, "Übersetzungen von Wörtern.", "Translations of terms.", param("terms", "list", "Wörter", "terms"), param("lang_codes", "list", "Sprachen", "languages")),
		write("term_translation_update", AuthSysadmin, s.translationUpdate, "Schreibt eine Übersetzung.", "Writes a translation.", texts("term", "term_translation", "lang_code")...),
		write("term_translation_update_many", AuthSysadmin, s.translationUpdateMany, "Schreibt mehrere Übersetzungen.", "Writes several translations.", param("data", "list", "Übersetzungen", "translations")),
		row("config_option_show", true, AuthSysadmin, s.configShow, "Zeigt eine Einstellung.", "Shows a setting.", texts("key")...),
		row("config_option_list", true, AuthSysadmin, s.configList, "Einstellungen, die sich im Betrieb ändern lassen.", "Settings that can be changed at run time."),
		write("config_option_update", AuthSysadmin, s.configUpdate, "Ändert Einstellungen.", "Changes settings."),
		row("job_list", true, AuthSysadmin, s.jobList, "Wartende Aufträge; hier immer leer.", "Waiting jobs; always empty here.", paramLimit),
		row("job_show", true, AuthSysadmin, s.jobShow, "Zeigt einen Auftrag.", "Shows a job.", paramID),
		write("job_clear", AuthSysadmin, s.jobClear, "Leert die Warteschlange.", "Clears the queue."),
		write("job_cancel", AuthSysadmin, s.jobShow, "Bricht einen Auftrag ab.", "Cancels a job.", paramID),
		write("bulk_update_private", AuthUser, s.bulk(func(e *catalog.Entry) { e.Access = catalog.AccessPrivate }), "Macht Datensätze nicht öffentlich.", "Makes datasets private.", bulk...),
		write("bulk_update_public", AuthUser, s.bulk(func(e *catalog.Entry) { e.Access = catalog.AccessPublic }), "Macht Datensätze öffentlich.", "Makes datasets public.", bulk...),
		write("bulk_update_delete", AuthUser, s.bulk(func(e *catalog.Entry) { e.State = catalog.StateDeleted }), "Löscht Datensätze.", "Deletes datasets.", bulk...),
	}
	for _, kind := range []string{"package", "group", "organization", "user"} {
		out = append(out, read(kind+"_activity_list", s.activityList(kind), "Ereignisse, neueste zuerst.", "Activities, newest first.", streamOf...))
	}
	for _, t := range []catalog.Type{catalog.TypeOrganization, catalog.TypeGroup} {
		fields := append(append(texts("name", "title"), groupFields()...), paramID)
		out = append(out, own(
			write(string(t)+"_update", AuthUser, s.groupChange(t, true), "Ersetzt die Angaben.", "Replaces the details.", fields...),
			write(string(t)+"_patch", AuthUser, s.groupChange(t, false), "Ändert einzelne Angaben.", "Changes single details.", fields...),
			write(string(t)+"_delete", AuthUser, s.groupDelete(t), "Löscht; kann wiederhergestellt werden.", "Deletes; can be restored.", paramID),
		)...)
		out = append(out, itself(write(string(t)+"_purge", AuthSysadmin, s.groupPurge(t), "Entfernt endgültig.", "Removes for good.", paramID)))
	}
	return out
}
