package catalog

import "time"

// RecordKind names a kind of Record.
type RecordKind string

// The kinds of record. Parent and Key say what is unique and how it is found.
const (
	RecordView         RecordKind = "view"          // parent: distribution, key: own id
	RecordFollow       RecordKind = "follow"        // parent: follower, key: what is followed, "dataset:ID"
	RecordVocabulary   RecordKind = "vocabulary"    // parent: none, key: name
	RecordTag          RecordKind = "tag"           // parent: vocabulary, key: tag
	RecordRelationship RecordKind = "relationship"  // parent: subject, key: "type object"
	RecordCollaborator RecordKind = "collaborator"  // parent: dataset, key: user
	RecordTaskStatus   RecordKind = "task_status"   // parent: entity, key: "type key"
	RecordTranslation  RecordKind = "translation"   // parent: term, key: language
	RecordActivity     RecordKind = "activity"      // parent: object, key: own id
	RecordOption       RecordKind = "config_option" // parent: none, key: name
	RecordSeen         RecordKind = "seen"          // parent: user, key: "dashboard"
	RecordPicture      RecordKind = "picture"       // parent: group or user, key: file name
	RecordRepair       RecordKind = "repair"        // parent: none, key: own id
	RecordFile         RecordKind = "file"          // parent: storage, key: location
	RecordColumn       RecordKind = "import_column" // parent: code of a city, key: folded heading
	RecordAnswer       RecordKind = "answer"        // parent: user, key: the request's idempotency key
)

// RecordKinds lists all kinds.
func RecordKinds() []RecordKind {
	return []RecordKind{RecordView, RecordFollow, RecordVocabulary, RecordTag, RecordRelationship, RecordCollaborator,
		RecordTaskStatus, RecordTranslation, RecordActivity, RecordOption, RecordSeen, RecordPicture, RecordRepair, RecordFile, RecordColumn, RecordAnswer}
}

// RelationTypes are the types under which relationships of datasets are kept; each
// is read the other way round from its object.
func RelationTypes() []string {
	return []string{"depends_on", "derives_from", "links_to", "child_of"}
}

// HangingOn selects the records that mean nothing without an entry, and would give
// rights or ties to another one that took its id.
func HangingOn(e *Entry) []RecordFilter {
	out := []RecordFilter{
		{Kind: RecordCollaborator, Parent: e.ID}, {Kind: RecordActivity, Parent: e.ID}, {Kind: RecordPicture, Parent: e.ID},
		{Kind: RecordFollow, Key: "dataset:" + e.ID}, {Kind: RecordFollow, Key: "group:" + e.ID}, {Kind: RecordRelationship, Parent: e.ID},
	}
	for _, typ := range RelationTypes() {
		out = append(out, RecordFilter{Kind: RecordRelationship, Key: typ + " " + e.ID})
	}
	for i := range e.Parts {
		out = append(out, RecordFilter{Kind: RecordView, Parent: e.Parts[i].ID})
	}
	return out
}

// Record is a small thing that hangs on an entry or a user and has no history
// and no visibility of its own: who may see what it hangs on may see it. (Kind,
// Parent, Key) is unique.
type Record struct {
	ID      string
	Kind    RecordKind
	Parent  string
	Key     string
	Created time.Time
	Fields  Fields
}

// RecordFilter selects records; an empty field does not filter. The order is
// that of creation.
type RecordFilter struct {
	Kind          RecordKind
	ID            string
	Parent        string
	Key           string
	Offset, Limit int
}
