package ckan

import "strings"

// Difference is a place where this portal answers differently from CKAN on
// purpose. The CKAN way still works for clients wherever it is safe.
type Difference struct{ What, Why string }

// Differences is the one list of them; docs/ckan-compatibility.md is written
// from it.
func Differences() []Difference {
	return []Difference{
		{"An `fq` with a top-level `OR` is taken in brackets.", "In CKAN the clauses it adds swallow such a filter, which then matches everything."},
		{"`user_list`, `user_show`, `user_autocomplete` and members of groups are closed to anonymous callers.", "They tell names, administrators and hashes of e-mail addresses."},
		{"`email_hash` is the MD5 of the address for the account itself and system administrators; to others it is that of the account's id.", "The address of `first.last@city` is soon found from its MD5."},
		{"Where accounts are closed to anonymous callers, no answer tells them which accounts exist; a deleted account is shown to system administrators only.", "CKAN tells by 404 or 409 who has none, and shows deleted accounts to everybody."},
		{"A member's role is admin, editor or member; users and parents of a new group that do not exist are refused; a group is put below another only by who may edit both; the actions for organizations change no groups and the other way round, but for `group_update` and `group_patch`, with which `ckanapi` brings an organization's picture.", "CKAN takes any word, passes over what it does not find, and looks at no kind: memberships get lost silently."},
		{"`include_datasets` of a group and `group_package_show` without `limit` give up to 1000 datasets.", "CKAN's documentation says so; it gives 10."},
		{"`user_followee_count` counts users and `dataset_followee_count` datasets; `followee_count` counts each thing once.", "CKAN 2.12 counts followed groups in all of them."},
		{"Organizations and groups are created by system administrators only.", "An open portal is filled by strangers; CKAN's portals switch it off as well."},
		{"Facets, tags and member lists hold only values of datasets the caller may see.", "CKAN names tags and ids of private datasets."},
		{"What CKAN answers with 500 gets 400, 403, 404 or 409.", "A client can act on it."},
		{"A private dataset is refused with 403 and a text that does not name its id.", "The id is not the caller's to know."},
		{"`Bearer TOKEN` and `X-CKAN-API-Key` are accepted beside the bare token.", "Old and new clients send them."},
		{"API answers may be read by scripts of any page, without credentials.", "Open data are there to be read."},
		{"A JSONP callback is made of letters, digits, `_`, `.` and `$`.", "Anything else could smuggle script into the answer."},
		{"Uploaded files are sent as attachments under a policy that allows no script.", "An uploaded HTML page must not act in the portal's name."},
		{"A name may not end in a line feed; NUL is refused in every text, other control characters are removed.", "CKAN lets them through, and addresses and XML break."},
		{"`temporal_start` and `temporal_end` are dates in searches: years, months and days find what lies in them; `ext_startdate` and `ext_enddate` narrow a search to data about a time, also inside `extras`.", "In CKAN they are texts, and every portal has another extension for periods."},
		{"In searches bare years, months and days are dates; an escaped or unknown field name is no error; words with well-formed `AND`, `OR`, `NOT` and brackets are understood without a colon; `title_ngram` and `name_ngram` find pieces of one word.", "People type them, and CKAN answers with nothing or an error."},
		{"A bracket in a search that only excludes stands for everything else (`a:b AND (-c:d)`); `/regular expressions/` are refused with 409.", "In CKAN such a bracket finds nothing; patterns of strangers are bounded."},
		{"Anonymous callers of an action that changes something are refused before it is looked whether its object is there.", "CKAN's 404 and 403 tell which hidden datasets there are."},
		{"A word with signs in it (`Open-Data`, `a^2`, `b~1`) stands for its parts beside each other; a lone `AND` or quotation mark in words is no error.", "CKAN takes any of the parts, and so finds whatever has a `2`."},
		{"`qf`, `bf`, `boost`, `tie`, `mm`, `defType`, `df` and `wt` are accepted and change nothing.", "They are the inside of another search engine."},
		{"Patterns (`title:ba*`) match written words; facets count values of exact fields, and are empty for analysed texts such as `title`.", "CKAN's patterns and facets see English word stems (`citi`, `energi`)."},
		{"Datasets without a value stand last in every order.", "CKAN puts them first in ascending orders of `author` and extras, and last in others."},
		{"Extras come in the order they were sent, also after changes; lists that CKAN gives in no order are sorted by name.", "CKAN orders extras by the length of their keys once they were changed."},
		{"Positions of resources have no gaps; a resource that is deleted is gone, also for a second `resource_delete` (404); blanks around a format and in front of an address are cut off.", "CKAN keeps deleted resources and answers 200, but shows them nowhere."},
		{"An account's `about` and `image_url` that were given as empty are null.", "Empty and absent are the same for accounts."},
		{"Who edits a dataset as its collaborator cannot take it out of its organization, not even into none.", "CKAN refuses another organization and takes none."},
		{"The id of an API token is a UUID; the token itself is no JWT.", "It is kept as a hash only, and tells nothing."},
		{"`fl` gives `vocab_*`, `extras_*` by their own names, and what is in no index from the dataset itself.", "Widgets ask for `resources` as well."},
		{"Relationships are shown with a dataset to whom both ends are, by `package_show` and answers to changes, not by searches. Those given with a dataset are added where the other end is there and may be edited; only `package_relationship_delete` takes one away.", "CKAN shows them as they were when the dataset was indexed last, names hidden datasets in them, and loses their ends when a dataset is loaded elsewhere."},
		{"`state` is active, draft or deleted.", "CKAN stores any text."},
		{"`rows` is cut at 1000, a body at 16 MB and 200,000 values (1 MB and 20,000 of who is not signed in), nesting at 64 levels, a form at 1000 parts.", "Input from strangers is bounded."},
		{"A title has at most 10,000 characters, a name of somebody 5,000, a description 500,000 (100,000 of a resource), an address 32,000 and a `spatial` a million; a dataset has at most 5,000 tags and 1,000 groups.", "Input from strangers is bounded; CKAN's search index refuses texts from 32,766 bytes on with 500."},
		{"Activities about datasets, organizations and groups are the change log itself; `activity_delete` removes only those written by hand. A dataset or group as it was then is in them for those who may edit it; others get its name and title; who may not see it now sees none of its activities.", "History is not cut, and former states can hold what is not public."},
		{"An activity about something hidden is not found; one about putting a dataset into a group is in the streams.", "A refusal would tell how much is hidden; the change log knows of it."},
		{"Loose files (`file_create` …) lie in one storage, `default`; their hash is SHA-256. `file_register` takes the SHA-256 of a content that is in the store.", "Files are kept by content, not by names that clients choose."},
		{"`user_invite` puts its letter into the outbox in the same transaction and does not wait for the mail server; `send_email_notifications` answers that it is off, and `activity_streams_email_notifications` stays false.", "A slow mail server must not hold or undo an invitation."},
		{"`package_list` takes `include_private`, `include_drafts` and `include_deleted` from system administrators.", "`ckanapi dump` sends them, and CKAN 2.12 leaves them unread."},
		{"Cookies open no action; only tokens do.", "A foreign page could otherwise act in somebody's name."},
		{"An uploaded picture is a PNG, GIF or JPEG of at most 2 MB by name and by content; it is shown only to those who may see whose picture it is.", "SVG can hold script, and a hidden organization's picture is hidden too."},
	}
}

// LeftOut are actions of CKAN 2.12 that are not answered, with the reason.
func LeftOut() []Difference {
	return []Difference{
		{"`datastore_*`, `datapusher_*`, `xloader_*`", "Tables come with a later version."},
		{"`harvest_*` beyond sources and jobs", "`harvest_object_create` is left out: an object is what a run found at its source, and what nobody found there would be taken for a record to update or delete in the next run. `harvest_source_reindex`, `harvest_sources_reindex` and `harvest_source_index_clear` change nothing, because the index follows by itself; `harvest_log_list` tells of runs. `config` is shown to those who may change a source, its secret masked; `harvest_objects_import` puts datasets back as their source described them last and leaves local edits; lists take `limit` and `offset`; sources inside one's own network are shown to their editors only. Files on the server, leave to ask one's own network and recipients of messages are given with `trio harvest` alone."},
		{"CKAN's HTML", "Pages are our own; of CKAN's addresses, `/dataset`, `/organization`, `/group` and their feeds are kept, its mark-up is not."},
	}
}

// leftOutNames are beginnings of the names of such actions.
var leftOutNames = []string{"datastore_", "datapusher_", "xloader_", "harvest_object_create"}

// leftOut tells callers of an action that is left out that there is a reason;
// what comes before it is what CKAN says of an action it does not know.
func leftOut(name string) string {
	for _, n := range leftOutNames {
		if strings.HasPrefix(name, n) {
			return " (left out on purpose: docs/ckan-compatibility.md)"
		}
	}
	return ""
}

// FailingTests are CKAN's own tests that this portal does not pass on purpose.
func FailingTests() []Difference {
	return []Difference{
		{"ckan.tests.controllers.test_pagination::test_group_index", "It reads CKAN's page of groups: its class names, and the links of its pager character by character. Pages are our own (the other tests of that module read them, too), and the API's lists page as CKAN's do."},
	}
}

// CompatibilityPage is the text of docs/ckan-compatibility.md.
func CompatibilityPage() string {
	var b strings.Builder
	b.WriteString("# Compatibility with CKAN 2.12\n\nThis page is written from `web/ckan/differences.go`; a test compares them.\n\n" +
		"Clients written for CKAN work with a new base address. `make conformance` runs CKAN's own tests over HTTP against a test server.\n\n## Different on purpose\n\n")
	for _, d := range Differences() {
		b.WriteString("- " + d.What + " *" + d.Why + "*\n")
	}
	b.WriteString("\n## Left out\n\n")
	for _, d := range LeftOut() {
		b.WriteString("- " + d.What + ": " + d.Why + "\n")
	}
	b.WriteString("\n## CKAN's own tests that fail\n\n`make conformance` fails when any other test does, and when one of these passes.\n\n")
	for _, d := range FailingTests() {
		b.WriteString("- `" + d.What + "`: " + d.Why + "\n")
	}
	b.WriteString("\n## Moving a catalogue with ckanapi\n\n`ckanapi dump` and `load` work both ways. Load organizations with parents again as long as a run refuses some: a child whose parent comes later in the file has to wait for it, as in CKAN.\n")
	return b.String()
}
