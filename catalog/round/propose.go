package round

import (
	"context"

	"trio.example/catalog"
	"trio.example/catalog/holding"
)

// Proposing lists the datasets an actor may edit for which newer answers say
// something else than what somebody entered.
func (s *Service) Proposing(ctx context.Context, by catalog.Actor) ([]holding.Proposing, error) {
	if by.IsAnonymous() {
		return nil, absent()
	}
	return s.desk.Proposing(ctx, by)
}

// Settle decides about what newer answers propose for a dataset.
func (s *Service) Settle(ctx context.Context, by catalog.Actor, dataset string, rev int64, take, drop []string) (*catalog.Entry, error) {
	return s.desk.Settle(ctx, by, dataset, rev, take, drop)
}
