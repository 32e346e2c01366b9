package ckan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// harvestTable lists the reading actions of ckanext-harvest. What a source needs
// to be asked (its secret) is in no answer.
func (s *Service) harvestTable() []Action {
	id := param("id", "string", "Kennung oder Name", "id or name")
	return []Action{
		read("harvesters_info_show", s.harvestersInfo, "Listet die Arten von Quellen.", "Lists the kinds of sources."),
		read("harvest_source_list", s.harvestSources, "Listet Quellen mit ihrem Stand.", "Lists sources with their state.", append(texts("organization_id", "only_active", "only_to_run", "return_last_job_status"), paramLimit, paramOffset)...),
		read("harvest_source_show", s.harvestSource, "Zeigt eine Quelle.", "Shows a source.", id, texts("url")[0]),
		read("harvest_source_show_status", s.harvestSourceStatus, "Zeigt den Stand einer Quelle.", "Shows the state of a source.", id),
		row("harvest_job_list", true, AuthUser, s.harvestJobs, "Listet die Läufe einer Quelle, die neuesten zuerst.", "Lists the runs of a source, newest first.", append(texts("source_id", "status"), paramLimit)...),
		row("harvest_job_show", true, AuthUser, s.harvestJob, "Zeigt einen Lauf mit seinen Zahlen und Fehlern.", "Shows a run with its numbers and errors.", id),
		row("harvest_job_report", true, AuthUser, s.harvestReport, "Alle Fehler eines Laufs.", "All errors of a run.", id),
		row("harvest_object_list", true, AuthUser, s.harvestObjects, "Kennungen der Datensätze einer Quelle.", "Identifiers of a source's datasets.", append(texts("source_id"), paramLimit, paramOffset)...),
		row("harvest_object_show", true, AuthUser, s.harvestObject, "Was eine Quelle zuletzt über einen Datensatz sagte.", "What a source said last about a dataset.", texts("id", "dataset_id")...),
	}
}

func (s *Service) harvestersInfo(context.Context, *Call) (any, error) {
	out := []any{}
	for _, k := range source.Kinds() {
		out = append(out, map[string]any{"name": k.Name, "title": k.Title.In("en"), "description": k.Hint.In("en")})
	}
	return out, nil
}

func (s *Service) findSource(tx catalog.Tx, c *Call, key string) (*catalog.HarvestSource, error) {
	id := c.Args.String(key)
	if id == "" && key == "id" && !c.Args.Empty("url") {
		list, err := tx.HarvestSources()
		if err != nil {
			return nil, err
		}
		for _, src := range list {
			if src.URL == c.Args.String("url") {
				id = src.ID
			}
		}
	}
	if id == "" {
		return nil, invalid(key, "Missing value")
	}
	src, err := tx.HarvestSource(id)
	if err != nil || !catalog.CanSeeSource(tx, c.Actor, src) {
		return nil, notFound("Harvest source not found")
	}
	return src, nil
}

// window reads limit, at most most, and offset.
func window(args Args, most int) (limit, offset int, err error) {
	if limit, err = args.Natural("limit", most); err == nil {
		offset, err = args.Natural("offset", 0)
	}
	return min(limit, most), offset, err
}

// jobStatus is CKAN's word for where a run stands; state has ours.
func jobStatus(j *catalog.HarvestJob) string {
	switch j.State {
	case catalog.HarvestFinished:
		return "Finished"
	case catalog.HarvestNew:
		return "New"
	}
	return "Running"
}

func jobDict(j *catalog.HarvestJob) map[string]any {
	d := map[string]any{
		"id": j.ID, "source_id": j.Source, "status": jobStatus(j), "state": j.State, "outcome": j.Outcome, "created": stamp(j.Created),
		"gather_started": nil, "gather_finished": nil, "finished": nil,
		"stats": map[string]any{"added": j.Counts[catalog.HarvestAdd], "updated": j.Counts[catalog.HarvestUpdate], "not modified": j.Counts[catalog.HarvestSame], "errored": j.Counts[catalog.HarvestError], "deleted": j.Counts[catalog.HarvestDelete]},
	}
	if j.State != catalog.HarvestNew {
		d["gather_started"] = stamp(j.Created)
	}
	if !j.Planned.IsZero() {
		d["gather_finished"] = stamp(j.Planned)
	}
	if !j.Finished.IsZero() {
		d["finished"] = stamp(j.Finished)
	}
	return d
}

func sourceStatus(tx catalog.Tx, src *catalog.HarvestSource) (map[string]any, error) {
	const most = 1000
	jobs, err := tx.HarvestJobs(src.ID, false, most)
	if err != nil {
		return nil, err
	}
	n, err := tx.CountEntries(catalog.EntryFilter{Source: "harvest:" + src.ID, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic})
	if err != nil {
		return nil, err
	}
	d := map[string]any{"job_count": len(jobs), "last_job": nil, "total_datasets": n}
	if len(jobs) > 0 {
		d["last_job"] = jobDict(jobs[0])
	}
	return d, nil
}

func sourceDict(tx catalog.Tx, src *catalog.HarvestSource) (map[string]any, error) {
	status, err := sourceStatus(tx, src)
	if err != nil {
		return nil, err
	}
	title := src.Title
	if title == "" {
		title = src.Name
	}
	d := map[string]any{
		"id": src.ID, "name": src.Name, "title": title, "url": src.URL, "type": "harvest", "source_type": src.Kind, "owner_org": src.Owner, "publisher_id": src.Owner, "publisher_title": "",
		"active": !src.Paused, "state": "active", "config": nil, "created": stamp(src.Created), "frequency": frequencyOf(src), "next_run": nil, "status": status, "description": src.Notes, "notes": src.Notes,
	}
	if !src.Next.IsZero() {
		d["next_run"] = stamp(src.Next)
	}
	if org, err := tx.Entry(src.Owner); err == nil {
		d["publisher_title"] = org.Fields.String("title")
	}
	return d, nil
}

func (s *Service) harvestSources(ctx context.Context, c *Call) (any, error) {
	const most = 100
	limit, offset, err := window(c.Args, most)
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(src *catalog.HarvestSource) bool {
			return !catalog.CanSeeSource(tx, c.Actor, src) || !c.Args.Empty("organization_id") && src.Owner != c.Args.String("organization_id") || c.Args.Bool("only_active", false) && src.Paused ||
				c.Args.Bool("only_to_run", false) && (src.Paused || src.Next.IsZero() || src.Next.After(time.Now()))
		})
		list = list[min(offset, len(list)):]
		for _, src := range list[:min(limit, len(list))] {
			d, err := sourceDict(tx, src)
			if err != nil {
				return err
			}
			if c.Args.Bool("return_last_job_status", false) {
				jobs, err := tx.HarvestJobs(src.ID, false, 1)
				if err != nil {
					return err
				}
				d["last_job_status"] = nil
				if len(jobs) > 0 {
					d["last_job_status"] = jobStatus(jobs[0])
				}
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

func (s *Service) harvestSource(ctx context.Context, c *Call) (out any, err error) {
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.findSource(tx, c, "id")
		if err != nil {
			return err
		}
		if out, err = sourceDict(tx, src); err == nil && job.MayManage(c.Actor, src) {
			out, err = ownSourceDict(tx, src)
		}
		return err
	})
	return out, err
}

func (s *Service) harvestSourceStatus(ctx context.Context, c *Call) (out any, err error) {
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.findSource(tx, c, "id")
		if err != nil {
			return err
		}
		out, err = sourceStatus(tx, src)
		return err
	})
	return out, err
}

func (s *Service) harvestJobs(ctx context.Context, c *Call) (any, error) {
	const most = 1000
	limit, _, err := window(c.Args, most)
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.findSource(tx, c, "source_id")
		if err != nil {
			return err
		}
		if !job.MayManage(c.Actor, src) {
			return catalog.Errorf(catalog.KindDenied, "Access denied")
		}
		jobs, err := tx.HarvestJobs(src.ID, false, max(1, limit))
		for _, j := range jobs {
			if st := c.Args.String("status"); st == "" || st == jobStatus(j) {
				out = append(out, jobDict(j))
			}
		}
		return err
	})
	return out, err
}

// ownJob finds a run whose source the caller manages.
func (s *Service) ownJob(tx catalog.Tx, c *Call) (*catalog.HarvestJob, error) {
	if err := missing(c.Args, "id"); err != nil {
		return nil, err
	}
	j, err := tx.HarvestJob(c.Args.String("id"))
	if err != nil {
		return nil, notFound("Harvest job not found")
	}
	src, err := tx.HarvestSource(j.Source)
	if err != nil {
		return nil, err
	}
	if !job.MayManage(c.Actor, src) {
		return nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	return j, nil
}

// gathered are the errors about the source as a whole.
func gathered(j *catalog.HarvestJob) []string {
	var out []string
	if j.Reason != "" {
		out = append(out, j.Reason)
	}
	for _, f := range j.Findings {
		out = append(out, f.Message.In("de"))
	}
	return out
}

// objectErrors calls fn for each error of a run.
func objectErrors(tx catalog.Tx, job string, fn func(o *catalog.HarvestObject, f catalog.Finding)) error {
	for after := 0; ; {
		const atOnce = 1000
		list, err := tx.HarvestObjects(job, after, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, o := range list {
			for _, f := range o.Faults {
				if f.Severity != catalog.SeverityInfo {
					fn(o, f)
				}
			}
		}
		after = list[len(list)-1].Seq
	}
}

func (s *Service) harvestJob(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		j, err := s.ownJob(tx, c)
		if err != nil {
			return err
		}
		out = jobDict(j)
		counts, order := map[string]int{}, []string{}
		if err := objectErrors(tx, j.ID, func(_ *catalog.HarvestObject, f catalog.Finding) {
			m := f.Message.In("de")
			if counts[m]++; counts[m] == 1 {
				order = append(order, m)
			}
		}); err != nil {
			return err
		}
		const shown = 20
		slices.SortStableFunc(order, func(a, b string) int { return counts[b] - counts[a] })
		objects, whole := []any{}, []any{}
		for _, m := range order[:min(shown, len(order))] {
			objects = append(objects, map[string]any{"message": m, "error_count": counts[m]})
		}
		for _, m := range gathered(j) {
			whole = append(whole, map[string]any{"message": m, "error_count": 1})
		}
		out["object_error_summary"], out["gather_error_summary"] = objects, whole[:min(shown, len(whole))]
		return nil
	})
	return out, err
}

func (s *Service) harvestReport(ctx context.Context, c *Call) (any, error) {
	whole, objects := []any{}, map[string]any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		j, err := s.ownJob(tx, c)
		if err != nil {
			return err
		}
		for _, m := range gathered(j) {
			whole = append(whole, map[string]any{"message": m})
		}
		return objectErrors(tx, j.ID, func(o *catalog.HarvestObject, f catalog.Finding) {
			key := fmt.Sprintf("%s:%d", j.ID, o.Seq)
			d, _ := objects[key].(map[string]any)
			if d == nil {
				d = map[string]any{"guid": o.GUID, "errors": []any{}}
				objects[key] = d
			}
			list, _ := d["errors"].([]any)
			d["errors"] = append(list, map[string]any{"message": f.Message.In("de"), "line": nil, "type": f.Code})
		})
	})
	return map[string]any{"gather_errors": whole, "object_errors": objects}, err
}

func (s *Service) harvestObjects(ctx context.Context, c *Call) (any, error) {
	const most = 10_000
	limit, offset, err := window(c.Args, most)
	if err != nil {
		return nil, err
	}
	out := []string{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.findSource(tx, c, "source_id")
		if err != nil {
			return err
		}
		if !job.MayManage(c.Actor, src) {
			return catalog.Errorf(catalog.KindDenied, "Access denied")
		}
		n := 0
		for r, err := range tx.HarvestRecords(src.ID) {
			if err != nil {
				return err
			}
			if !r.Missing.IsZero() {
				continue
			}
			if n++; n <= offset {
				continue
			}
			if len(out) >= limit {
				break
			}
			if r.Entry != "" { // a duplicate has none of its own
				out = append(out, r.Entry)
			}
		}
		return nil
	})
	return out, err
}

// harvestObject tells where a dataset comes from. Its id is the dataset's: each
// has one record per source, which is never cleaned away.
func (s *Service) harvestObject(ctx context.Context, c *Call) (any, error) {
	id := c.Args.String("dataset_id")
	if id == "" {
		id = c.Args.String("id")
	}
	if id == "" {
		return nil, invalid("id", "Missing value")
	}
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := catalog.Find(tx, catalog.TypeDataset.Namespace(), id)
		if err != nil || !catalog.CanSee(c.Actor, e) || e.Origin == nil {
			return notFound("Harvest object not found")
		}
		const mark = "harvest:"
		if len(e.Origin.Source) <= len(mark) || e.Origin.Source[:len(mark)] != mark {
			return notFound("Harvest object not found")
		}
		src, err := tx.HarvestSource(e.Origin.Source[len(mark):])
		if err != nil || !catalog.CanSeeSource(tx, c.Actor, src) {
			return notFound("Harvest object not found")
		}
		out = map[string]any{"id": e.ID, "guid": e.Origin.Key, "current": e.State == catalog.StateActive, "state": "COMPLETE", "package_id": e.ID, "package": e.ID, "source": src.ID, "harvest_source_id": src.ID,
			"import_finished": stamp(e.Modified), "errors": []any{}, "extras": map[string]any{}}
		return nil
	})
	return out, err
}
