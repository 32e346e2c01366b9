package ckan

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/search"
)

// Searcher is what the actions need of the search engine.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (*search.Result, error)
	// Complete finds entries whose name or title contains a text.
	Complete(ctx context.Context, text string, labels []string, all bool, limit int) ([]search.Hit, error)
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
}

// Service answers the Action API.
type Service struct {
	reg    *catalog.Registry
	defs   *schema.Set
	search Searcher
	cfg    Config

	actions []Action
	byName  map[string]*Action
	calls   *prometheus.CounterVec
}

// New builds the API. Further actions, such as those of the survey, come in as
// rows of the same table.
func New(reg *catalog.Registry, defs *schema.Set, searcher Searcher, cfg Config, metrics prometheus.Registerer, more ...Action) *Service {
	s := &Service{reg: reg, defs: defs, search: searcher, cfg: cfg, byName: map[string]*Action{}}
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

// Actions returns the action table, for documentation and tests.
func (s *Service) Actions() []Action { return s.actions }
