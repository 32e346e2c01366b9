package ckan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// frequencies are CKAN's words for the time between two runs.
var frequencies = map[string]time.Duration{"MANUAL": 0, "ALWAYS": 15 * time.Minute, "DAILY": 24 * time.Hour, "WEEKLY": 7 * 24 * time.Hour, "BIWEEKLY": 14 * 24 * time.Hour, "MONTHLY": 30 * 24 * time.Hour}

func frequencyOf(src *catalog.HarvestSource) string {
	if src.Cron != "" {
		return "CRON " + src.Cron
	}
	for word, every := range frequencies {
		if every == src.Every {
			return word
		}
	}
	return "EVERY " + src.Every.String()
}

// harvestAccess lets who may change a source.
func harvestAccess(by catalog.Actor, src *catalog.HarvestSource) error {
	if !job.MayManage(by, src) {
		return denied("User " + by.Name + " not authorized to manage this harvest source")
	}
	return nil
}

// managed finds a source that the caller may change.
func (s *Service) managed(tx catalog.Tx, c *Call, key string) (*catalog.HarvestSource, error) {
	src, err := s.findSource(tx, c, key)
	if err != nil {
		return nil, err
	}
	return src, harvestAccess(c.Actor, src)
}

func (s *Service) harvestSourceCreate(ctx context.Context, c *Call) (out any, err error) {
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src := &catalog.HarvestSource{ID: catalog.NewID(), Created: tx.Now()}
		if err := s.fillSource(tx, c, src, false); err != nil {
			return err
		}
		out, err = ownSourceDict(tx, src)
		return err
	})
	s.wake()
	return out, err
}

func (s *Service) harvestSourceUpdate(ctx context.Context, c *Call) (any, error) {
	return s.changeSource(ctx, c, false)
}

func (s *Service) harvestSourcePatch(ctx context.Context, c *Call) (any, error) {
	return s.changeSource(ctx, c, true)
}

func (s *Service) changeSource(ctx context.Context, c *Call, patch bool) (out any, err error) {
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src, err := s.managed(tx, c, "id")
		if err != nil {
			return err
		}
		if err := s.fillSource(tx, c, src, patch); err != nil {
			return err
		}
		out, err = ownSourceDict(tx, src)
		return err
	})
	s.wake()
	return out, err
}

// wake tells whoever harvests that there may be something to do.
func (s *Service) wake() {
	if s.cfg.HarvestWake != nil {
		s.cfg.HarvestWake()
	}
}

// fillSource writes arguments into a source, checks it as a whole and stores it.
func (s *Service) fillSource(tx catalog.WriteTx, c *Call, src *catalog.HarvestSource, patch bool) error {
	f := faults{}
	before := *src
	given := func(key string) bool { return c.Args.Has(key) || !patch }
	if given("name") {
		src.Name = c.Args.String("name")
		for _, x := range catalog.CheckName(src.Name) {
			f.add("name", x.Message.In("en"))
		}
	}
	if other, err := tx.HarvestSource(src.Name); err == nil && other.ID != src.ID {
		f.add("name", "That URL is already in use.")
	} else if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return err
	}
	if given("source_type") {
		src.Kind = c.Args.String("source_type")
	}
	kind, ok := source.KindOf(src.Kind)
	switch {
	case src.Kind == "":
		f.add("source_type", "Missing value")
	case !ok:
		var names []string
		for _, k := range source.Kinds() {
			names = append(names, k.Name)
		}
		f.add("source_type", fmt.Sprintf("Unknown harvester type: %s. Registered types: %v", src.Kind, names))
	}
	if given("url") {
		s.sourceURL(c, src, f)
		before = *src // what another host does not get must be given anew
	}
	if given("title") {
		src.Title = c.Args.String("title")
	}
	if given("notes") {
		src.Notes = c.Args.String("notes")
	}
	if c.Args.Has("active") {
		src.Paused = !c.Args.Bool("active", true)
	}
	if given("owner_org") {
		org, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), c.Args.String("owner_org"))
		switch {
		case c.Args.Empty("owner_org"):
			f.add("owner_org", "Missing value")
		case err != nil && catalog.KindOf(err) != catalog.KindNotFound:
			return err
		case err != nil || org.Type != catalog.TypeOrganization || org.State != catalog.StateActive:
			f.add("owner_org", "Organization does not exist")
		default:
			src.Owner = org.ID
		}
	}
	if given("frequency") {
		word := strings.ToUpper(c.Args.String("frequency"))
		if word == "" {
			word = "MANUAL"
		}
		every, ok := frequencies[word]
		if !ok && word != "EVERY "+strings.ToUpper(src.Every.String()) && !strings.HasPrefix(word, "CRON ") {
			f.add("frequency", fmt.Sprintf("Frequency %s not recognized", c.Args.String("frequency")))
		} else if ok {
			src.Every = every
		}
	}
	if given("config") {
		s.sourceConfig(c, src, f)
	}
	if ok {
		f.findings(kind.Check(src.Config))
	}
	if err := s.ownOnly(tx, c, &before, src, f); err != nil {
		return err
	}
	if err := f.err(); err != nil {
		return err
	}
	if err := harvestAccess(c.Actor, src); err != nil {
		return err
	}
	if err := job.CheckSource(src); err != nil {
		return invalid("config", err.Error())
	}
	if err := sameSource(tx, src); err != nil {
		return err
	}
	var err error
	if src.Next, err = job.Next(src, tx.Now()); err != nil {
		return invalid("frequency", err.Error())
	}
	return tx.PutHarvestSource(src)
}

// sourceURL takes an address on the web. Another host gets neither the secret nor
// the leave to lie in our own network and the precedence that the old one had.
func (s *Service) sourceURL(c *Call, src *catalog.HarvestSource, f faults) {
	address := c.Args.String("url")
	u, err := url.Parse(address)
	if address == "" {
		f.add("url", "Missing value")
		return
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(address) > 2000 {
		f.add("url", "Please provide a valid URL with http or https and without a password")
		return
	}
	if job.Moved(src.URL, address) {
		src.Inside, src.Secret = false, ""
		if !c.Actor.Sysadmin {
			src.Duplicates, src.Priority = "", 0
			src.SetMapping("", time.Now().UTC())
		}
	}
	if src.URL != address {
		src.URL, src.Mark = address, ""
	}
}

// sourceConfig reads CKAN's config: a JSON text.
func (s *Service) sourceConfig(c *Call, src *catalog.HarvestSource, f faults) {
	config := map[string]any{}
	switch v := c.Args["config"].(type) {
	case nil:
	case map[string]any:
		config = v
	default:
		text := c.Args.String("config")
		const most = 300 << 10
		if len(text) > most {
			f.add("config", "The configuration is too large")
			return
		}
		if strings.TrimSpace(text) != "" && !isJSON(text, &config) {
			f.add("config", "Error parsing the configuration options: it is no JSON object")
			return
		}
	}
	src.Config, src.Cron, src.Zone, src.Window, src.Duplicates = map[string]string{}, "", "", "", ""
	src.Jitter, src.Grace, src.Priority = 0, 0, 0
	rules := ""
	for key, v := range config {
		value := toText(v)
		bad := func(err error) {
			if err != nil {
				f.add("config", key+": "+err.Error())
			}
		}
		var err error
		switch key {
		case "cron":
			src.Cron = value
		case "zone":
			src.Zone = value
		case "window":
			src.Window = value
		case "duplicates":
			src.Duplicates = value
		case "jitter":
			src.Jitter, err = time.ParseDuration(value)
			bad(err)
		case "grace":
			src.Grace, err = time.ParseDuration(value)
			bad(err)
		case "priority":
			_, err = fmt.Sscan(value, &src.Priority)
			bad(err)
		case "mapping":
			rules = value
			_, err = mapping.Parse([]byte(value), s.defs)
			bad(err)
		case "secret", "api_key", "password":
			if value != mask {
				src.Secret = value
			}
		default:
			src.Config[key] = value
		}
	}
	src.SetMapping(rules, time.Now().UTC())
}

// ownOnly tells what only system administrators may do.
func (s *Service) ownOnly(tx catalog.Tx, c *Call, before, src *catalog.HarvestSource, f faults) error {
	list, err := job.Overreaches(tx, s.defs, c.Actor, before, src)
	for _, o := range list {
		switch o.Field {
		case "duplicates", "mapping":
			f.add("config", o.Field+": "+o.Text.In("en"))
		default: // CKAN answers these with 403
			return denied("User " + c.Actor.Name + " not authorized to manage this harvest source")
		}
	}
	return err
}

// mask stands where a secret is.
const mask = "********"

// sameSource refuses a source that is there already, told by its address as CKAN
// does: without port, query and final slash.
func sameSource(tx catalog.Tx, src *catalog.HarvestSource) error {
	bare := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		return strings.ToLower(u.Scheme+"://"+u.Hostname()) + strings.TrimRight(u.Path, "/")
	}
	list, err := tx.HarvestSources()
	for _, other := range list {
		if other.ID != src.ID && bare(other.URL) == bare(src.URL) && fmt.Sprint(other.Config) == fmt.Sprint(src.Config) {
			return invalid("url", fmt.Sprintf("There already is a Harvest Source for this URL (& config): url=%s config=%s", src.URL, configText(src)))
		}
	}
	return err
}

// configText is the config of a source as JSON, its secret masked.
func configText(src *catalog.HarvestSource) string {
	m := map[string]any{}
	for k, v := range src.Config {
		m[k] = v
	}
	for k, v := range map[string]string{"cron": src.Cron, "zone": src.Zone, "window": src.Window, "duplicates": src.Duplicates, "mapping": src.Mapping} {
		if v != "" {
			m[k] = v
		}
	}
	for k, v := range map[string]time.Duration{"jitter": src.Jitter, "grace": src.Grace} {
		if v != 0 {
			m[k] = v.String()
		}
	}
	if src.Priority != 0 {
		m["priority"] = src.Priority
	}
	if src.Secret != "" {
		m["secret"] = mask
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "{}" // texts always encode
	}
	return string(b)
}

// ownSourceDict also shows the config, to those who may change it.
func ownSourceDict(tx catalog.Tx, src *catalog.HarvestSource) (map[string]any, error) {
	d, err := sourceDict(tx, src)
	if err == nil {
		d["config"] = configText(src)
	}
	return d, err
}

// stop ends the open jobs of a source.
func stop(tx catalog.WriteTx, src *catalog.HarvestSource) error {
	const most = 1000
	open, err := tx.HarvestJobs(src.ID, true, most)
	if err != nil {
		return err
	}
	for _, j := range open {
		if err := job.Abort(tx, j); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) harvestSourceDelete(ctx context.Context, c *Call) (any, error) {
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src, err := s.managed(tx, c, "id")
		if err != nil {
			return err
		}
		return tx.DeleteHarvestSource(src.ID)
	})
	return nil, err
}

// harvestSourceClear purges in batches, so that others can write in between. What
// a source's runs wrote meanwhile is stopped first.
func (s *Service) harvestSourceClear(ctx context.Context, c *Call) (any, error) {
	id := ""
	for {
		left := 0
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			left = 0
			src, err := s.managed(tx, c, "id")
			if err != nil {
				return err
			}
			id = src.ID
			if err := stop(tx, src); err != nil {
				return err
			}
			const batch = 100
			var ids []string
			for e, err := range tx.Entries(catalog.EntryFilter{Source: job.OriginOf(src.ID)}) {
				if err != nil {
					return err
				}
				if left++; left > batch {
					break
				}
				ids = append(ids, e.ID)
			}
			for _, id := range ids {
				if err := tx.PurgeEntry(id); err != nil {
					return err
				}
			}
			if left > batch {
				return nil
			}
			left = 0
			if err := tx.DeleteHarvestSource(src.ID); err != nil { // its jobs and records go with it
				return err
			}
			return tx.PutHarvestSource(src)
		})
		c.Wrote(seq)
		if err != nil {
			return nil, err
		}
		if left == 0 {
			return map[string]any{"id": id}, nil
		}
	}
}

func keep(c *Call) int {
	if c.Args.Bool("keep_current", false) {
		return 1
	}
	return 0
}

func (s *Service) harvestHistoryClear(ctx context.Context, c *Call) (out any, err error) {
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src, err := s.managed(tx, c, "id")
		if err != nil {
			return err
		}
		out = map[string]any{"id": src.ID}
		return tx.DeleteHarvestJobs(src.ID, keep(c))
	})
	return out, err
}

func (s *Service) harvestHistoriesClear(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		out = out[:0]
		for _, src := range list {
			if err := tx.DeleteHarvestJobs(src.ID, keep(c)); err != nil {
				return err
			}
			out = append(out, map[string]any{"id": src.ID})
		}
		return nil
	})
	return out, err
}

// ask makes a job unless one is open.
func ask(tx catalog.WriteTx, src *catalog.HarvestSource) (*catalog.HarvestJob, error) {
	if src.Paused {
		return nil, invalid("source_id", "Can not create jobs on inactive sources")
	}
	const most = 100
	open, err := tx.HarvestJobs(src.ID, true, most)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(open, func(j *catalog.HarvestJob) bool { return j.State != catalog.HarvestHeld }) {
		return nil, invalid("source_id", "There already is an unrun job for this source")
	}
	j := job.NewJob(src)
	return j, tx.PutHarvestJob(j)
}

func (s *Service) harvestJobCreate(ctx context.Context, c *Call) (out any, err error) {
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src, err := s.managed(tx, c, "source_id")
		if err != nil {
			return err
		}
		j, err := ask(tx, src)
		if err == nil {
			out = jobDict(j)
		}
		return err
	})
	s.wake()
	return out, err
}

func (s *Service) harvestJobCreateAll(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		out = out[:0]
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		for _, src := range list {
			j, err := ask(tx, src)
			var busy *apiError
			if errors.As(err, &busy) {
				continue // paused, or running already
			}
			if err != nil {
				return err
			}
			out = append(out, jobDict(j))
		}
		return nil
	})
	s.wake()
	return out, err
}

// harvestJobAbort takes the id of a job, or of a source whose newest is meant.
func (s *Service) harvestJobAbort(ctx context.Context, c *Call) (out any, err error) {
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		id := c.Args.String("source_id")
		if id == "" {
			id = c.Args.String("id")
		}
		if id == "" {
			return invalid("id", "Missing value")
		}
		j, err := tx.HarvestJob(id)
		if err != nil {
			src, err := tx.HarvestSource(id)
			if err != nil {
				return notFound("Harvest job not found")
			}
			list, err := tx.HarvestJobs(src.ID, false, 1)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return notFound("Harvest job not found")
			}
			j = list[0]
		}
		if err := job.Abort(tx, j); err != nil {
			return err
		}
		out = jobDict(j)
		return nil
	})
	return out, err
}

func (s *Service) harvestSend(ctx context.Context, c *Call) (out any, err error) {
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		j, err := s.ownJob(tx, c)
		if err == nil {
			out = jobDict(j)
		}
		return err
	})
	if err == nil {
		s.wake()
	}
	return out, err
}

func (s *Service) harvestJobsRun(context.Context, *Call) (any, error) {
	s.wake()
	return []any{}, nil
}
