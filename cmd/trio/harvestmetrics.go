package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// harvestMetrics counts runs of this program and tells the state of all sources.
// Names and addresses of sources stay out: only their kinds are labels.
type harvestMetrics struct {
	store   catalog.Store
	jobs    *prometheus.CounterVec
	records *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	sources *prometheus.Desc
	open    *prometheus.Desc
	age     *prometheus.Desc
}

func newHarvestMetrics(store catalog.Store) *harvestMetrics {
	return &harvestMetrics{
		store:   store,
		jobs:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "trio_harvest_jobs_total", Help: "Runs of sources that ended or were held, by kind of source and outcome."}, []string{"kind", "outcome"}),
		records: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "trio_harvest_records_total", Help: "What runs did with records, by kind of source and action."}, []string{"kind", "action"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "trio_harvest_job_duration_seconds", Help: "How long runs took.", Buckets: []float64{1, 5, 15, 60, 300, 900, 3600, 4 * 3600}}, []string{"kind"}),
		sources: prometheus.NewDesc("trio_harvest_sources", "Sources by kind and health.", []string{"kind", "health"}, nil),
		open:    prometheus.NewDesc("trio_harvest_jobs_open", "Runs that are not finished, by state.", []string{"state"}, nil),
		age:     prometheus.NewDesc("trio_harvest_oldest_good_run_seconds", "Age of the last good run of the scheduled source for which it is oldest; a source that never had one counts from when it was added.", nil, nil),
	}
}

// observe counts a run that ended.
func (m *harvestMetrics) observe(src *catalog.HarvestSource, j *catalog.HarvestJob) {
	if j.Preview {
		return
	}
	kind, outcome := knownKind(src.Kind), j.Outcome
	if j.State == catalog.HarvestHeld {
		outcome = j.State
	}
	m.jobs.WithLabelValues(kind, outcome).Inc()
	if j.State != catalog.HarvestFinished {
		return
	}
	m.seconds.WithLabelValues(kind).Observe(j.Finished.Sub(j.Created).Seconds())
	for action, n := range j.Counts {
		if n > 0 {
			m.records.WithLabelValues(kind, action).Add(float64(n))
		}
	}
}

// knownKind keeps what somebody wrote into the database out of the labels.
func knownKind(name string) string {
	if _, ok := source.KindOf(name); ok {
		return name
	}
	return "unknown"
}

// Describe implements prometheus.Collector.
func (m *harvestMetrics) Describe(out chan<- *prometheus.Desc) {
	m.jobs.Describe(out)
	m.records.Describe(out)
	m.seconds.Describe(out)
	out <- m.sources
	out <- m.open
	out <- m.age
}

// Collect implements prometheus.Collector.
func (m *harvestMetrics) Collect(out chan<- prometheus.Metric) {
	m.jobs.Collect(out)
	m.records.Collect(out)
	m.seconds.Collect(out)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sources, open := map[[2]string]int{}, map[string]int{catalog.HarvestNew: 0, catalog.HarvestPlanning: 0, catalog.HarvestHeld: 0, catalog.HarvestApplying: 0}
	oldest := time.Duration(0)
	err := m.store.View(ctx, func(tx catalog.Tx) error {
		const most = 10_000
		jobs, err := tx.HarvestJobs("", true, most)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			open[j.State]++
		}
		return job.Healths(tx, func(src *catalog.HarvestSource, health string, good time.Time) {
			sources[[2]string{knownKind(src.Kind), health}]++
			if !src.Scheduled() || src.Paused {
				return
			}
			if good.IsZero() {
				good = src.Created
			}
			oldest = max(oldest, time.Since(good))
		})
	})
	if err != nil {
		slog.Warn("metrics: sources not readable", "error", err)
		return
	}
	for key, n := range sources {
		out <- prometheus.MustNewConstMetric(m.sources, prometheus.GaugeValue, float64(n), key[0], key[1])
	}
	for state, n := range open {
		out <- prometheus.MustNewConstMetric(m.open, prometheus.GaugeValue, float64(n), state)
	}
	out <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, oldest.Seconds())
}
