package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The collector lets a heap double before it collects, which is right for a
// small one and dear for a large one: a file of 30 MB makes garbage of ten times
// its size, pages of a harvested source come and go quickly. So memory is
// bounded softly instead: up to smallMemory garbage may lie; above, what lives
// may grow by half only. Where that would make the collector take more than its
// share of the work, as when an index is built and most of what lives is new
// every moment, the bound gives way, but not beyond two and a half times what lives.
const (
	smallMemory = 136 << 20
	lazy        = 200 // percent: below the bound, or while an index is built, the collector runs half as often
	memoryTick  = 250 * time.Millisecond
	answerLazy  = 60 // percent: while requests are answered, see boundGarbage

	room, widest, widen, narrow = 0.5, 1.5, 0.25, 0.05
	muchWork, littleWork        = 0.30, 0.20 // the collector's share of the CPU time used
)

// bound is how much more than what lives may lie in memory.
type bound struct {
	room          float64
	collect, used float64 // CPU seconds so far
}

// next takes the collector's and all CPU seconds so far.
func (b *bound) next(collect, used float64) float64 {
	if spent := used - b.used; spent > 0 {
		switch share := (collect - b.collect) / spent; {
		case share > muchWork:
			b.room = min(widest, b.room+widen)
		case share < littleWork:
			b.room = max(room, b.room-narrow)
		}
	}
	b.collect, b.used = collect, used
	return b.room
}

// boundMemory keeps the bound level with what lives until it is lifted. An
// operator who sets GOGC or GOMEMLIMIT decides alone.
func boundMemory(ctx context.Context) (lift func()) {
	if memoryDecided() {
		return func() {}
	}
	ctx, stop := context.WithCancel(ctx)
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	work := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/user:cpu-seconds"}}
	b := bound{room: room}
	before, percent := debug.SetMemoryLimit(smallMemory), debug.SetGCPercent(lazy)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(memoryTick)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			metrics.Read(sample)
			live := sample[0].Value.Uint64()
			// What the runtime has beside the heap: stacks, tables of its own.
			rest := sample[1].Value.Uint64()
			for _, s := range sample[2:] {
				rest -= min(rest, s.Value.Uint64())
			}
			metrics.Read(work)
			collect := work[0].Value.Float64()
			more := b.next(collect, collect+work[1].Value.Float64()) * float64(live)
			debug.SetMemoryLimit(max(smallMemory, int64(float64(live+rest)+more)))
		}
	}()
	return func() {
		stop()
		<-ended
		debug.SetMemoryLimit(before)
		debug.SetGCPercent(percent)
	}
}

// boundGarbage bounds what lies uncollected while requests are answered. Half of the
// memory of a server whose caches are full was garbage; two thirds of that cost one
// request in sixty. An operator who sets GOGC or GOMEMLIMIT decides alone.
func boundGarbage() {
	if !memoryDecided() {
		debug.SetGCPercent(answerLazy)
	}
}

// roomForIndex lets the collector run half as often until it is taken back. Building
// an index turns over many times what it keeps, and nothing else runs meanwhile that
// wants the memory. An operator who sets GOGC or GOMEMLIMIT decides alone.
func roomForIndex() (back func()) {
	if memoryDecided() {
		return func() {}
	}
	before := debug.SetGCPercent(lazy)
	return func() { debug.SetGCPercent(before) }
}

// memoryDecided reports whether the operator has decided how memory is used.
func memoryDecided() bool { return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" }
