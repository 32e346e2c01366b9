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
// may grow by half only.
const (
	smallMemory = 136 << 20
	lazy        = 200 // percent: below the bound the collector runs half as often
	memoryTick  = 250 * time.Millisecond
)

// boundMemory keeps the bound level with what lives until it is lifted. An
// operator who sets GOGC or GOMEMLIMIT decides alone.
func boundMemory(ctx context.Context) (lift func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	ctx, stop := context.WithCancel(ctx)
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
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
			debug.SetMemoryLimit(int64(max(smallMemory, live+live/2+rest))) //nolint:gosec // far below 2^63
		}
	}()
	return func() {
		stop()
		<-ended
		debug.SetMemoryLimit(before)
		debug.SetGCPercent(percent)
	}
}
