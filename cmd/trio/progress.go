package main

import (
	"fmt"
	"log/slog"
	"time"
)

// progress shows how far long work is: one line that is drawn over on a
// terminal, log lines every few seconds elsewhere.
type progress struct {
	env  *env
	what string
	term bool
	last time.Time
}

func (e *env) progress(what string) *progress {
	return &progress{env: e, what: what, term: isTerminal(e.stderr)}
}

func (p *progress) step(done, total int) {
	every := 5 * time.Second
	if p.term {
		every = 100 * time.Millisecond
	}
	if done < total && time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	switch {
	case p.term:
		end := "\r"
		if done >= total {
			end = "\n"
		}
		fmt.Fprintf(p.env.stderr, "\r%s: %d von %d%s", p.what, done, total, end)
	case done < total:
		slog.Info("progress", "work", p.what, "done", done, "total", total)
	}
}
