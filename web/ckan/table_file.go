package ckan

// fileTable lists CKAN 2.12's actions on loose files: those that belong to a
// user, dataset, resource or group without being a resource themselves.
func (s *Service) fileTable() []Action {
	id, storage := required("id", "string", "Kennung der Datei", "id of the file"), param("storage", "string", "Name des Speichers, hier immer default", "name of the storage, always default here")
	owner := append(texts("owner_id"), param("owner_type", "string", "user, package, resource, group oder organization", "user, package, resource, group or organization"))
	return []Action{
		write("file_create", AuthUser, s.fileCreate, "Legt eine Datei ab.", "Stores a file.",
			param("upload", "file", "Datei (multipart)", "file (multipart)"), param("name", "string", "Name, sonst der der Datei", "name, else the file's own"), storage),
		write("file_register", AuthUser, s.fileRegister, "Nimmt eine Datei auf, die schon im Speicher liegt.", "Registers a file that lies in the storage already.",
			required("location", "string", "SHA-256 des Inhalts", "SHA-256 of the content"), storage),
		read("file_show", s.fileShow, "Zeigt eine Datei.", "Shows a file.", id),
		write("file_rename", AuthUser, s.fileRename, "Gibt einer Datei einen anderen Namen.", "Gives a file another name.", id, required("name", "string", "neuer Name", "new name")),
		write("file_pin", AuthUser, s.filePin(true), "Bindet eine Datei an ihren Besitzer.", "Pins a file to its owner.", id),
		write("file_unpin", AuthUser, s.filePin(false), "Löst eine Datei von ihrem Besitzer.", "Unpins a file from its owner.", id),
		write("file_ownership_transfer", AuthUser, s.fileTransfer, "Gibt eine Datei einem anderen Besitzer.", "Gives a file to another owner.", append(owner, id,
			param("force", "boolean", "auch wenn sie gebunden ist", "even if it is pinned"), param("pin", "boolean", "danach binden", "pin it afterwards"))...),
		read("file_owner_scan", s.fileScan, "Dateien eines Besitzers.", "Files of an owner.", append(owner, param("start", "integer", "so viele überspringen", "skip that many"),
			param("rows", "integer", "höchstens so viele, sonst 10", "at most that many, else 10"), param("sort", "list", "name, storage, location, size, hash oder created, auch mit asc und desc", "name, storage, location, size, hash or created, also with asc and desc"))...),
		write("file_delete", AuthUser, s.fileDelete, "Löscht eine Datei.", "Deletes a file.", id),
	}
}
