package job_test

import (
	"testing"

	"trio.example/harvest/job"
)

// BenchmarkUnchanged harvests 2,000 packages that did not change.
func BenchmarkUnchanged(b *testing.B) {
	const n = 2000
	h := open(b, n)
	h.run(job.Options{})
	for b.Loop() {
		h.run(job.Options{})
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkFirst harvests 2,000 packages for the first time.
func BenchmarkFirst(b *testing.B) {
	const n = 2000
	for b.Loop() {
		b.StopTimer()
		h := open(b, n)
		b.StartTimer()
		h.run(job.Options{})
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
