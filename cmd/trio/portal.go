package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/quality"
	"trio.example/catalog/seal"
	"trio.example/search/engine"
	"trio.example/web"
	"trio.example/web/cache"
	"trio.example/web/ckan"
	"trio.example/web/feed"
	"trio.example/web/site"
)

// description of the portal in API and feed.
const description = "Offene Verwaltungsdaten der Städte München, Augsburg und Nürnberg"

// maxRendered bounds the datasets kept ready to be sent, in bytes on disk.
const maxRendered = 1 << 30

// portal is the running server without its listener.
type portal struct {
	engine     *engine.Engine
	handler    http.Handler
	background *background
	rendered   *cache.File
	desk       *account.Desk
}

// Close ends the work in the background, lets the index finish its batch and
// closes it.
func (p *portal) Close() error {
	if p.background != nil {
		p.background.Close()
	}
	return errors.Join(p.engine.Close(), p.rendered.Close())
}

// newPortal builds the whole program over an opened data folder, with its work in
// the background. parts are mounted before the pages.
func newPortal(ctx context.Context, k *core, cfg *Config, api ckan.Config, parts ...web.Mount) (*portal, error) {
	p, book, err := buildPortal(ctx, k, cfg, api, parts...)
	if err != nil {
		return nil, err
	}
	p.background = startBackground(ctx, k, cfg, book, p.desk)
	return p, nil
}

// buildPortal builds what answers requests.
func buildPortal(ctx context.Context, k *core, cfg *Config, api ckan.Config, parts ...web.Mount) (*portal, *quality.Book, error) {
	engine, err := openEngine(ctx, k, cfg)
	if err != nil {
		return nil, nil, err
	}
	if api.Rendered, err = cache.NewFile(filepath.Join(cfg.Data, "cache"), maxRendered); err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	if api.Key, err = seal.File(cfg.keyFile()).Block("api"); err != nil {
		return nil, nil, errors.Join(err, engine.Close(), api.Rendered.Close())
	}
	desk, err := k.accounts(cfg)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close(), api.Rendered.Close())
	}
	api.Invite = func(tx catalog.WriteTx, by catalog.Actor, u *catalog.User, g *catalog.Entry, role catalog.Role) error {
		_, err := desk.InviteIn(tx, by, u, g, role, "de")
		return err
	}
	k.rounds.UseLetters(desk.Outbox(), cfg.SiteURL)
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	watch(metrics, k, engine)
	k.harvested = newHarvestMetrics(k.store)
	metrics.MustRegister(k.harvested)

	book := k.book(cfg.SiteURL)
	read := &reader{core: k, engine: engine, book: book}
	rdf := feed.New(feed.Config{Version: version, SiteURL: cfg.SiteURL, Title: cfg.Title, Description: description, Publisher: cmp.Or(cfg.OperatorName, "Städtekooperation München – Augsburg – Nürnberg")}, k.defs, &feedReader{reader: read})
	api.RDF = rdf
	actions := ckan.New(k.reg, k.defs, engine, api, metrics, surveyActions(k)...)
	pages, err := site.New(siteConfig(cfg, k, rdf, actions, desk), read)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close(), api.Rendered.Close())
	}
	handler, err := web.New(web.Config{
		Registry: k.reg, Metrics: metrics,
		Ready: map[string]func(context.Context) error{
			"store": func(ctx context.Context) error { return k.store.View(ctx, func(catalog.Tx) error { return nil }) },
			"index": func(ctx context.Context) error { return caughtUp(ctx, k, engine) },
		},
		Parts: append(parts, actions, rdf, feed.NewDumps(dumpPath(cfg.Data), cfg.SiteURL, read.withdrawn), pages, web.Identifiers{Resolve: read.identifier}), NotFound: pages.NotFound,
		Accounts: desk, SiteURL: cfg.SiteURL, Proxies: cfg.proxies(),
	})
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close(), api.Rendered.Close())
	}
	return &portal{engine: engine, handler: handler, rendered: api.Rendered, desk: desk}, book, nil
}

// apiConfig is how the Action API answers on a real portal: closed by default.
func apiConfig(k *core, cfg *Config) ckan.Config {
	return ckan.Config{
		SiteURL: cfg.SiteURL, Title: cfg.Title, Description: description, Version: version,
		Extensions: []string{"activity", "dcat", "dcatde", "harvest", "image_view", "resource_proxy", "scheming_datasets", "text_view", "trio", "webpage_view", "datatables_view"},
		MaxUpload:  cfg.maxUpload(), Files: k.blobs, Collaborators: true, HarvestWake: k.wakeHarvests,
	}
}

// watch exports how far the index lags behind the change log. Numbers of
// entries stay out: they would tell how many are hidden.
func watch(metrics prometheus.Registerer, k *core, engine *engine.Engine) {
	metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "trio_index_lag_changes", Help: "Changes the search index has not seen yet.",
	}, func() float64 {
		last, err := lastChange(context.Background(), k)
		if err != nil {
			slog.Warn("metrics: change log not readable", "error", err)
			return -1
		}
		return float64(last.Seq - engine.Checkpoint())
	}))
}
