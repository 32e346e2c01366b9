package ckan

import (
	"context"
	"crypto/cipher"
	"io"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/catalog/blob"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/search"
	"trio.example/web/cache"
)

// Searcher is what the actions need of the search engine.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (*search.Result, error)
	// Complete finds entries whose name or title contains a text.
	Complete(ctx context.Context, text string, labels []string, all bool, limit int) ([]search.Hit, error)
	// Level returns the newest change number when searches see all that the
	// store has, and the newest that touched an organization or group.
	Level() (seq, groups int64, ok bool)
	// WaitFor returns when searches see the change, or with an error at the
	// end of ctx.
	WaitFor(ctx context.Context, seq int64) error
}

// Config names the portal to its clients.
type Config struct {
	// SiteURL is the public address without a final slash; every link comes
	// from it and never from a request's Host header.
	SiteURL     string
	Title       string
	Description string
	Version     string
	// Extensions are the names of CKAN's plugins whose actions are answered.
	Extensions []string
	// Collaborators lets administrators share single datasets; CKAN's
	// ckan.auth.allow_dataset_collaborators.
	Collaborators bool
	// PublicUsers shows accounts to everybody, as CKAN does by default.
	PublicUsers bool
	// SiteUser is the account the program itself acts as; lists leave it out.
	SiteUser string
	// MaxUpload bounds one uploaded file, in bytes; 0 means no uploads.
	MaxUpload int64
	// Files keeps uploaded files.
	Files Files
	// HarvestWake tells whoever harvests that a run was asked for; nil where
	// nobody does.
	HarvestWake func()
	// RDF writes the catalogue; nil leaves out the actions of ckanext-dcat.
	RDF RDF
	// Key hides what would tell too much: numbers of the change log in the ids of
	// activities, and what a request held that may be sent again. nil makes one that
	// lasts as long as the program.
	Key cipher.Block
	// Rendered keeps datasets as everybody sees them, by id and stamp; nil keeps none.
	Rendered *cache.File
	// Invite writes the letter of user_invite inside its transaction; without it
	// the account is made and administrators hand it over.
	Invite func(tx catalog.WriteTx, by catalog.Actor, u *catalog.User, group *catalog.Entry, role catalog.Role) error
}

// Files is where uploads go: by content, never under a name a client chose.
type Files interface {
	Stage(r io.Reader, limit int64) (*blob.Staged, error)
	Open(sum string) (*os.File, error)
	Has(sum string) (size int64, ok bool)
	Remove(sum string, named func() (bool, error)) error
}

// Service answers the Action API.
type Service struct {
	reg    *catalog.Registry
	defs   *schema.Set
	mapper *dcat.Mapper
	search Searcher
	cfg    Config

	actions []Action
	byName  map[string]*Action

	boot    string       // tells answers of this start from those of another
	answers *cache.Cache // whole answers, by tag
	asked   *cache.Seen  // tags of answers that were made
	// questions are the digests of arguments, by the address they stood in.
	questions *cache.Cache
	public    atomic.Pointer[publicMark]
	scans     chan struct{} // those that look at every dataset
	wide      chan struct{} // those whose answer holds many datasets
	titles    atomic.Pointer[titles]
	calls     *prometheus.CounterVec
}

// New builds the API. Further actions, such as those of the survey, come in as
// rows of the same table.
func New(reg *catalog.Registry, defs *schema.Set, searcher Searcher, cfg Config, metrics prometheus.Registerer, more ...Action) *Service {
	s := &Service{reg: reg, defs: defs, mapper: dcat.NewMapper(defs, cfg.SiteURL), search: searcher, cfg: cfg, byName: map[string]*Action{},
		boot: catalog.NewID()[:8], answers: cache.New(maxKept), asked: cache.NewSeen(), questions: cache.New(maxQuestions),
		scans: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), wide: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
	if s.cfg.Key == nil {
		s.cfg.Key = throwaway()
	}
	s.actions = append(s.table(), more...)
	for i := range s.actions {
		s.byName[s.actions[i].Name] = &s.actions[i]
	}
	s.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "trio_action_calls_total", Help: "Calls of the Action API by action and status code.",
	}, []string{"action", "code"})
	metrics.MustRegister(s.calls)
	return s
}

// scan waits until an action may look at every dataset: everybody may ask for that,
// and half of the processors is for all others.
func (s *Service) scan(ctx context.Context) (done func(), err error) { return turn(ctx, s.scans) }

// wideRows is how many datasets an answer may hold that waits for no other.
const wideRows = 100

// collect waits until an answer may take so many datasets together: all that are
// made at the same time lie in memory, and more than the processors can make at
// once would be made no sooner.
func (s *Service) collect(ctx context.Context, rows int) (done func(), err error) {
	if rows <= wideRows {
		return func() {}, nil
	}
	return turn(ctx, s.wide)
}

func turn(ctx context.Context, turns chan struct{}) (done func(), err error) {
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Actions returns the action table, for documentation and tests.
func (s *Service) Actions() []Action { return s.actions }
