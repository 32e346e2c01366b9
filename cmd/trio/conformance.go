package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"trio.example/catalog"
	"trio.example/web"
)

// siteUser is CKAN's name for the account the program itself acts as.
const siteUser = "default"

// resetPath empties the test server. No other mode has it.
const resetPath = "/testing/reset"

// serveConformance runs a server for CKAN's own tests. Its settings are as
// permissive as those tests expect and its reset address wipes everything, so
// it takes no data folder from anybody and listens on loopback only.
func serveConformance(e *env) (err error) {
	if e.source("data") != "default" {
		return fmt.Errorf("%w: --conformance makes its own empty data folder; leave --data out", errUsage)
	}
	host, _, err := net.SplitHostPort(e.cfg.Listen)
	if ip := net.ParseIP(host); err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return fmt.Errorf("%w: --conformance listens on loopback only, not on %s", errUsage, e.cfg.Listen)
	}
	if e.cfg.Data, err = os.MkdirTemp("", "trio-conformance-"); err != nil {
		return fmt.Errorf("test folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(e.cfg.Data)) }()
	return e.withCore(func(k *core) error {
		k.reg.SetPolicy(catalog.Policy{UsersFoundOrganizations: true, UsersFoundGroups: true, UnownedDatasets: true})
		if err := k.reg.AddUser(e.ctx, operator, &catalog.User{Name: siteUser, Sysadmin: true}); err != nil {
			return err
		}
		token, err := k.reg.AddToken(e.ctx, operator, siteUser, "conformance", time.Time{})
		if err != nil {
			return err
		}
		api := apiConfig(k, e.cfg)
		api.PublicUsers, api.SiteUser, api.Collaborators = true, siteUser, false // CKAN's defaults
		return serve(e, k, api, func(url string) error {
			line, err := json.Marshal(map[string]string{"url": url, "token": token, "reset": url + resetPath})
			if err != nil {
				return fmt.Errorf("print: %w", err)
			}
			e.printf("%s\n", line)
			return nil
		}, web.Hook{Path: resetPath, Run: func(ctx context.Context) error { return reset(ctx, k) }})
	})
}

// reset empties everything but the site user and its token.
func reset(ctx context.Context, k *core) error {
	_, err := k.store.Update(ctx, operator, func(tx catalog.WriteTx) error {
		var ids []string
		for e, err := range tx.Entries(catalog.EntryFilter{}) {
			if err != nil {
				return err
			}
			ids = append(ids, e.ID)
		}
		for _, id := range ids {
			if err := tx.PurgeEntry(id); err != nil {
				return err
			}
		}
		for _, kind := range catalog.RecordKinds() {
			if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: kind}); err != nil {
				return err
			}
		}
		users, err := tx.Users()
		if err != nil {
			return err
		}
		for _, u := range users {
			if u.Name == siteUser {
				continue
			}
			if err := tx.DeleteUser(u.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
