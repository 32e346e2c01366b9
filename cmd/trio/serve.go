package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"trio.example/catalog"
	"trio.example/web"
	"trio.example/web/ckan"
)

// ServeCmd runs the portal.
type ServeCmd struct {
	Conformance bool `help:"Test server for CKAN's own tests: throw-away data, open settings, an address that empties it. Never for real data."`
}

// Help shows how the command is used.
func (ServeCmd) Help() string {
	return "Examples:\n  trio serve --data /srv/trio --site-url https://daten.example.org\n  trio serve --listen 127.0.0.1:9000\n  trio serve --conformance --listen 127.0.0.1:0"
}

// Run serves until the program is told to stop.
func (s *ServeCmd) Run(e *env) error {
	if err := e.listen(); err != nil {
		return err
	}
	defer e.listener.Close()
	if s.Conformance {
		return serveConformance(e)
	}
	return e.withCore(func(k *core) error {
		return serve(e, k, apiConfig(k, e.cfg), func(url string) error {
			slog.Info("serving", "url", url, "data", e.cfg.Data)
			return nil
		})
	})
}

// drainTime is how long open requests may take after a signal to stop.
const drainTime = 20 * time.Second

// listen takes the address before data are touched. A port left to the system
// (0) is known only now, and the links of catalogue and feed need it.
func (e *env) listen() (err error) {
	if e.listener, err = net.Listen("tcp", e.cfg.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	host, port, err := net.SplitHostPort(e.cfg.Listen)
	if err != nil || port != "0" {
		return err
	}
	if _, port, err = net.SplitHostPort(e.listener.Addr().String()); err != nil {
		return err
	}
	e.cfg.Listen = net.JoinHostPort(host, port)
	if e.source("site-url") == "default" {
		e.cfg.SiteURL = ""
	}
	return e.cfg.check()
}

// serve runs the portal over an opened data folder and e.listener. ready is called with its
// local address once it answers. On a signal it stops accepting, lets open
// requests finish, lets the index finish its batch, and returns.
func serve(e *env, k *core, api ckan.Config, ready func(url string) error, parts ...web.Mount) error {
	listener := e.listener
	p, err := newPortal(e.ctx, k, e.cfg, api, parts...)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	srv := web.Server(p.handler)
	srv.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(e.ctx) }
	failed := make(chan error, 1)
	go func() {
		if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	if err = ready("http://" + listener.Addr().String()); err == nil {
		select {
		case <-e.ctx.Done():
			slog.Info("stopping")
		case err = <-failed:
		}
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), drainTime)
	defer cancel()
	return errors.Join(err, srv.Shutdown(drain), p.Close())
}

// anonymousActor is who the feed answers for: GovData reads what everybody may.
var anonymousActor = catalog.Anonymous
