package ckan

// harvestWriteTable lists the writing actions of ckanext-harvest.
func (s *Service) harvestWriteTable() []Action {
	id := param("id", "string", "Kennung oder Name", "id or name")
	fields := append(texts("url", "name", "title", "notes", "owner_org", "active"),
		param("source_type", "string", "Art der Quelle, siehe harvesters_info_show", "kind of source, see harvesters_info_show"),
		param("frequency", "string", "MANUAL, ALWAYS, DAILY, WEEKLY, BIWEEKLY oder MONTHLY", "MANUAL, ALWAYS, DAILY, WEEKLY, BIWEEKLY or MONTHLY"),
		param("config", "string", "Angaben der Art, Zeitplan (cron, zone, window, jitter), Regeln (grace, duplicates, priority, mapping) und secret, als JSON", "options of the kind, schedule (cron, zone, window, jitter), policies (grace, duplicates, priority, mapping) and secret, as JSON"))
	return []Action{
		write("harvest_source_create", AuthUser, s.harvestSourceCreate, "Legt eine Quelle an.", "Creates a source.", fields...),
		write("harvest_source_update", AuthUser, s.harvestSourceUpdate, "Ersetzt die Angaben einer Quelle.", "Replaces the details of a source.", append(fields, id)...),
		write("harvest_source_patch", AuthUser, s.harvestSourcePatch, "Ändert Angaben einer Quelle.", "Changes details of a source.", append(fields, id)...),
		write("harvest_source_delete", AuthUser, s.harvestSourceDelete, "Entfernt eine Quelle; ihre Datensätze bleiben.", "Removes a source; its datasets stay.", id),
		write("harvest_source_clear", AuthUser, s.harvestSourceClear, "Löscht alle Datensätze und Läufe einer Quelle endgültig.", "Purges all datasets and runs of a source.", id),
		write("harvest_source_job_history_clear", AuthUser, s.harvestHistoryClear, "Vergisst die Läufe einer Quelle.", "Forgets the runs of a source.", id, param("keep_current", "boolean", "den neuesten behalten", "keep the newest")),
		write("harvest_sources_job_history_clear", AuthSysadmin, s.harvestHistoriesClear, "Vergisst die Läufe aller Quellen.", "Forgets the runs of all sources.", param("keep_current", "boolean", "die neuesten behalten", "keep the newest")),
		write("harvest_job_create", AuthUser, s.harvestJobCreate, "Verlangt einen Lauf; er beginnt gleich.", "Asks for a run, which begins at once.", texts("source_id")[0]),
		write("harvest_job_create_all", AuthSysadmin, s.harvestJobCreateAll, "Verlangt einen Lauf aller Quellen, die nicht schon laufen.", "Asks for a run of all sources that are not running."),
		write("harvest_job_abort", AuthSysadmin, s.harvestJobAbort, "Bricht einen Lauf ab; was geschrieben ist, bleibt.", "Stops a run; what is written stays.", id, texts("source_id")[0]),
		write("harvest_send_job_to_gather_queue", AuthUser, s.harvestSend, "Stößt einen verlangten Lauf an.", "Pushes a run that was asked for.", id),
		row("harvest_dispute_list", true, AuthUser, s.harvestDisputes, "Was einer Quelle zu entscheiden ist: Felder, die sie und jemand hier geändert haben.", "What waits for a decision about a source: fields that it and somebody here changed.", texts("source_id")[0]),
		write("harvest_dispute_decide", AuthUser, s.harvestDecide, "Entscheidet, wessen Fassung eines Feldes gilt, oder sperrt es.", "Decides whose version of a field counts, or locks it.", append(texts("source_id", "guid", "field"), param("how", "string", "theirs, ours, lock oder unlock", "theirs, ours, lock or unlock"))...),
		write("harvest_objects_import", AuthSysadmin, s.harvestReimport, "Stellt Datensätze her, wie ihre Quelle sie zuletzt beschrieb, ohne sie zu fragen; Änderungen hier bleiben.", "Puts datasets back as their source described them last, without asking it; local edits stay.", texts("source_id", "guid", "harvest_object_id", "package_id")...),
		write("harvest_source_index_clear", AuthUser, s.harvestIndexClear, "Ohne Wirkung: der Suchindex folgt dem Katalog von selbst.", "Without effect: the search index follows the catalogue by itself.", id),
		row("harvest_source_reindex", true, AuthUser, s.harvestReindex, "Ohne Wirkung: der Suchindex folgt dem Katalog von selbst.", "Without effect: the search index follows the catalogue by itself.", id),
		row("harvest_sources_reindex", true, AuthSysadmin, s.harvestReindexAll, "Ohne Wirkung: der Suchindex folgt dem Katalog von selbst.", "Without effect: the search index follows the catalogue by itself."),
		write("harvest_abort_failed_jobs", AuthSysadmin, s.harvestAbortFailed, "Bricht Läufe ab, die seit mehr als life_span Tagen offen sind.", "Stops runs that have been open for more than life_span days.",
			param("life_span", "integer", "Tage, ohne Angabe 7", "days, 7 by default"), param("include", "string", "nur diese Quellen, Kennungen mit Komma getrennt", "only these sources, ids separated by commas"), param("exclude", "string", "diese Quellen nicht", "not these sources")),
		row("harvest_log_list", true, AuthSysadmin, s.harvestLog, "Wann Läufe verlangt wurden und wie sie endeten, die neuesten zuerst.", "When runs were asked for and how they ended, newest first.", paramLimit, paramOffset, param("level", "string", "DEBUG, INFO, WARNING, ERROR oder CRITICAL", "DEBUG, INFO, WARNING, ERROR or CRITICAL")),
		row("harvest_get_notifications_recipients", true, AuthUser, s.harvestRecipients, "Wer erfährt, wenn ein Lauf scheitert.", "Who is told when a run fails.", texts("source_id")[0]),
		write("harvest_jobs_run", AuthSysadmin, s.harvestJobsRun, "Stößt an, was fällig ist.", "Pushes what is due."),
	}
}
