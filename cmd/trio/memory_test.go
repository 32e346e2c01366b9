package main

import "testing"

func TestBound_givesWayToMuchWork(t *testing.T) {
	t.Parallel()
	b := bound{room: room}
	collect, used := 0.0, 0.0
	tick := func(share float64) float64 {
		collect, used = collect+share, used+1
		return b.next(collect, used)
	}
	if got := tick(0.25); got != room {
		t.Errorf("room of %v for an ordinary share", got)
	}
	for range 20 {
		tick(0.9)
	}
	if b.room != widest {
		t.Errorf("room of %v after long work, want %v", b.room, widest)
	}
	for range 100 {
		tick(0.1)
	}
	if b.room != room {
		t.Errorf("room of %v in quiet times, want %v", b.room, room)
	}
	if got := b.next(collect, used); got != room { // nothing ran
		t.Errorf("room of %v without work", got)
	}
}
