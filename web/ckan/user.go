package ckan

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // CKAN's email_hash is the MD5 that avatar services use
	"encoding/hex"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// userDict is CKAN's dictionary of an account. Details are for the account
// itself and system administrators. To others email_hash tells one account from
// another and nothing of its address, which is soon found from its MD5.
func (s *Service) userDict(u *catalog.User, by catalog.Actor, packages int) map[string]any {
	own := by.Sysadmin || by.UserID == u.ID
	hashed := u.ID
	if own {
		hashed = strings.ToLower(strings.TrimSpace(u.Email))
	}
	sum := md5.Sum([]byte(hashed)) //nolint:gosec // see above
	d := map[string]any{
		"id": u.ID, "name": u.Name, "fullname": u.FullName, "display_name": cmp.Or(u.FullName, u.Name), "created": stamp(u.Created),
		"about": optional(u.About), "image_url": optional(u.ImageURL), "image_display_url": optional(s.pictureURL("user", u.ImageURL)), "last_active": nil,
		"activity_streams_email_notifications": false, "sysadmin": u.Sysadmin, "state": string(u.State),
		"email_hash": hex.EncodeToString(sum[:]), "number_created_packages": packages,
	}
	if !u.LastActive.IsZero() {
		d["last_active"] = stamp(u.LastActive)
	}
	if own {
		d["email"], d["apikey"] = optional(u.Email), nil
	}
	return d
}

// listedUser is an account as lists of users show it, to whomever: without its
// address.
func (s *Service) listedUser(u *catalog.User, counts map[string]int) map[string]any {
	return s.userDict(u, catalog.Anonymous, counts[u.ID])
}

// createdPackages counts the datasets of each creator that the reader may see.
func (s *Service) createdPackages(ctx context.Context, by catalog.Actor) (map[string]int, error) {
	return s.facetCounts(ctx, by, "creator_user_id")
}

// isSiteUser reports whether the account is the program's own.
func (s *Service) isSiteUser(u *catalog.User) bool {
	return s.cfg.SiteUser != "" && u.Name == s.cfg.SiteUser
}

// seesUsers refuses readers who may not look at accounts. CKAN shows them to
// everybody by default; here that must be switched on.
func (s *Service) seesUsers(by catalog.Actor) error {
	if s.cfg.PublicUsers || !by.IsAnonymous() {
		return nil
	}
	return denied("")
}

// findUser looks an account up by id or name.
func findUser(tx catalog.Tx, idOrName string) (*catalog.User, error) {
	u, err := tx.User(idOrName)
	if err != nil {
		return nil, notFound("User not found")
	}
	return u, nil
}

// ownUser finds an account for itself or a system administrator.
func ownUser(tx catalog.Tx, by catalog.Actor, idOrName string) (*catalog.User, error) {
	u, err := findUser(tx, idOrName)
	if err == nil && !by.Sysadmin && by.UserID != u.ID {
		return nil, denied("")
	}
	return u, err
}

// userDatasets counts the datasets an account created and shows up to rows of
// them; drafts and private ones are for the account itself and administrators.
func (s *Service) userDatasets(ctx context.Context, by catalog.Actor, id string, rows int) (int, []any, error) {
	self := by.Sysadmin || by.UserID == id
	q := search.Query{Rows: rows, Filters: append(defaultFilters(self, self, false), search.Term{Field: "creator_user_id", Value: id})}
	q.Labels, q.AllLabels = catalog.LabelsOf(by)
	res, err := s.search.Search(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, by)
		for _, h := range res.Hits {
			if e, err := tx.Entry(h.ID); err == nil && catalog.CanSee(by, e) {
				out = append(out, v.dataset(e))
			}
		}
		return nil
	})
	return res.Total, out, err
}
