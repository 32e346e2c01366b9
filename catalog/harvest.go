package catalog

import (
	"iter"
	"time"
)

// HarvestSource is a catalogue elsewhere that is taken over regularly.
type HarvestSource struct {
	ID   string `json:"id"`
	Name string `json:"name"` // unique, in the form of all names
	// Kind says what it speaks: ckan, dcat, datajson …
	Kind  string `json:"kind"`
	URL   string `json:"url"`
	Title string `json:"title"`
	Notes string `json:"notes,omitempty"`
	// Owner is the id of the organization that gets the datasets.
	Owner string `json:"owner"`
	// Every is the time between two runs, 0 for by hand. Cron names times instead
	// (minute, hour, day, month, weekday), read in Zone. Window is when a run may
	// start, as 22:00-06:00, and Jitter spreads starts.
	Every  time.Duration `json:"every"`
	Cron   string        `json:"cron,omitempty"`
	Zone   string        `json:"zone,omitempty"`
	Window string        `json:"window,omitempty"`
	Jitter time.Duration `json:"jitter,omitempty"`
	// Grace is how long a dataset must be missing before it is deleted.
	Grace time.Duration `json:"grace,omitempty"`
	// Duplicates says what becomes of a dataset that another source or somebody
	// here has already: "" for both stay, or one of the policies. Priority is for
	// the policy of that name; the higher goes first.
	Duplicates string `json:"duplicates,omitempty"`
	Priority   int    `json:"priority,omitempty"`
	// Notify is who is told when a run fails, is held or changes much: an address
	// of a webhook, or of mail.
	Notify []string `json:"notify,omitempty"`
	Paused bool     `json:"paused,omitempty"`
	// Secret is sent as the Authorization header; it is never shown.
	Secret string `json:"secret,omitempty"`
	// Locked says why the secret could not be decrypted, "" when it could.
	Locked string `json:"-"`
	// Config holds the options of its kind, by name.
	Config map[string]string `json:"config,omitempty"`
	// Mapping are the rules by which its records are changed, in YAML; Mappings
	// are those before, the newest first.
	Mapping  string           `json:"mapping,omitempty"`
	Mappings []HarvestMapping `json:"mappings,omitempty"`
	// Inside allows addresses of this machine and of private networks.
	Inside  bool      `json:"inside,omitempty"`
	Created time.Time `json:"created"`
	// Next is when the next run is due, zero for by hand.
	Next time.Time `json:"next,omitzero"`
	// Mark is where the last good run ended, in words of the kind, and Full when
	// the source was last compared as a whole.
	Mark string    `json:"mark,omitempty"`
	Full time.Time `json:"full,omitzero"`
}

// The policies about duplicates.
const (
	DuplicatesPriority = "priority" // the source with the higher priority has it
	DuplicatesNewest   = "newest"   // the source that changed it last has it
	DuplicatesAsk      = "ask"      // it waits for somebody
)

// Scheduled reports whether a source runs by itself.
func (s *HarvestSource) Scheduled() bool { return s.Every > 0 || s.Cron != "" }

// HarvestMapping is an earlier version of a source's rules.
type HarvestMapping struct {
	Text  string    `json:"text"`
	Until time.Time `json:"until"`
}

// SetMapping replaces the rules of a source and keeps those before.
func (s *HarvestSource) SetMapping(text string, now time.Time) {
	const most = 20
	if text == s.Mapping {
		return
	}
	s.Mappings = append([]HarvestMapping{{s.Mapping, now}}, s.Mappings...)
	s.Mappings = s.Mappings[:min(len(s.Mappings), most)]
	s.Mapping, s.Mark = text, "" // what did not change at the source may change here
}

// The states of a job.
const (
	HarvestNew      = "new"      // asked for, not begun
	HarvestPlanning = "planning" // reading the source and comparing
	HarvestHeld     = "held"     // the plan is implausible and waits for somebody
	HarvestApplying = "applying" // writing, as planned
	HarvestFinished = "finished"
)

// The outcomes of a finished job.
const (
	HarvestOK      = "ok"
	HarvestPartial = "partial" // some records or pages failed
	HarvestFailed  = "failed"  // nothing was changed
)

// The actions of a plan.
const (
	HarvestAdd    = "added"
	HarvestUpdate = "updated"
	HarvestDelete = "deleted"
	HarvestSame   = "not modified"
	HarvestError  = "errored"
)

// HarvestJob is one run of a source.
type HarvestJob struct {
	ID      string `json:"id"`
	Source  string `json:"source"`
	State   string `json:"state"`
	Outcome string `json:"outcome,omitempty"`
	// Preview stops after the plan.
	Preview bool `json:"preview,omitempty"`
	// Counts are by action.
	Counts map[string]int `json:"counts"`
	// Cursor is how many lines of the plan are applied.
	Cursor int `json:"cursor"`
	Lines  int `json:"lines"`
	// Known is how many records the source had last time, Seen how many now.
	Known int `json:"known"`
	Seen  int `json:"seen"`
	// Absent are records that are missing and not deleted yet, Duplicates those
	// that another source has.
	Absent     int `json:"absent,omitempty"`
	Duplicates int `json:"duplicates,omitempty"`
	// Doubled counts those to be deleted of which the source had several under one
	// identifier and still has the first.
	Doubled int `json:"doubled,omitempty"`
	// Emptied counts those that would lose all distributions or their description.
	Emptied int `json:"emptied,omitempty"`
	// Own counts our own datasets that came back through the source.
	Own int `json:"own,omitempty"`
	// Delta is set when only what changed since the last run was read; Mark is
	// where this one ended.
	Delta bool   `json:"delta,omitempty"`
	Mark  string `json:"mark,omitempty"`
	// Partial is set when the source could not be read to its end.
	Partial bool `json:"partial,omitempty"`
	// Mapping is the version of the rules it worked by, Filtered how many records
	// these left out.
	Mapping  string `json:"mapping,omitempty"`
	Filtered int    `json:"filtered,omitempty"`
	// Reason says why it is held or failed.
	Reason   string    `json:"reason,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	// Requests counts what was asked of the source, Reused of those what had not
	// changed since the last time.
	Requests int       `json:"requests"`
	Reused   int       `json:"reused"`
	Created  time.Time `json:"created"`
	Planned  time.Time `json:"planned,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
}

// HarvestRecord is what a source said last about one of its datasets.
type HarvestRecord struct {
	Source, GUID, Entry, Hash string
	Missing                   time.Time
	Base                      []byte // JSON of HarvestBase
}

// HarvestObject is what a job did with one record.
type HarvestObject struct {
	Job     string   `json:"job"`
	Seq     int      `json:"seq"`
	GUID    string   `json:"guid"`
	Entry   string   `json:"entry,omitempty"`
	Action  string   `json:"action"`
	Title   string   `json:"title,omitempty"`
	Changed []string `json:"changed,omitempty"` // names of fields
	// Diff holds what these said before and say now, cut where they are long.
	Diff   []HarvestDiff `json:"diff,omitempty"`
	Kept   []string      `json:"kept,omitempty"` // fields that keep a local edit
	Faults []Finding     `json:"findings,omitempty"`
}

// HarvestDiff is what the source changed in a field.
type HarvestDiff struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// HarvestRaw is what a source sent about a record when it last changed or failed.
type HarvestRaw struct {
	Source, GUID string
	Type         string // media type
	At           time.Time
	Size         int // of the whole; Text may be its beginning only
	Text         []byte
	// Packed is Text in the form of the store (zstd), for writing what is packed
	// already.
	Packed []byte
}

// HarvestDispute are fields of a dataset that its source and people here changed
// both: the local edit stays until somebody decides.
type HarvestDispute struct {
	Source string    `json:"-"`
	GUID   string    `json:"guid"`
	Title  string    `json:"title"`
	Fields []string  `json:"fields"`
	At     time.Time `json:"at"`
}

// HarvestTx reads sources, jobs and what became of records.
type HarvestTx interface {
	HarvestSource(idOrName string) (*HarvestSource, error)
	HarvestSources() ([]*HarvestSource, error)
	HarvestJob(id string) (*HarvestJob, error)
	// HarvestJobs lists the newest first; open selects those not finished.
	HarvestJobs(source string, open bool, limit int) ([]*HarvestJob, error)
	HarvestRecord(source, guid string) (*HarvestRecord, error)
	// HarvestRecords walks over the records of a source; Base stays empty.
	HarvestRecords(source string) iter.Seq2[HarvestRecord, error]
	HarvestObjects(job string, after, limit int) ([]*HarvestObject, error)
	// HarvestObjectOf finds what the newest job did with a record that did
	// anything with it.
	HarvestObjectOf(source, guid string) (*HarvestObject, error)
	HarvestRaw(source, guid string) (*HarvestRaw, error)
	// HarvestDisputes lists what waits for a decision, the newest first.
	HarvestDisputes(source string, limit int) ([]*HarvestDispute, error)
}

// HarvestWriteTx stores them.
type HarvestWriteTx interface {
	PutHarvestSource(s *HarvestSource) error
	DeleteHarvestSource(id string) error
	PutHarvestJob(j *HarvestJob) error
	// DeleteHarvestJobs drops finished jobs of a source but the newest.
	DeleteHarvestJobs(source string, keep int) error
	PutHarvestRecord(r *HarvestRecord) error
	PutHarvestObject(o *HarvestObject) error
	PutHarvestRaw(r *HarvestRaw) error
	// PutHarvestDispute keeps a dispute; one without fields is settled.
	PutHarvestDispute(d *HarvestDispute) error
}
