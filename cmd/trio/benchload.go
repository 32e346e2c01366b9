package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load is what a run of requests measured.
type load struct {
	Requests    int     `json:"requests"`
	PerSecond   float64 `json:"per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	BytesPerHit int     `json:"bytes_per_answer"`
}

// request is one request of a run; header lines end with CRLF.
type request struct{ path, header string }

// drive sends requests over several connections for a while. next is called by
// one goroutine at a time; want is the status that every answer must have.
func drive(ctx context.Context, addr string, connections int, lasts time.Duration, want int, next func() request) (load, error) {
	var (
		mu    sync.Mutex
		times []time.Duration
		bytes int
		fault error
		wg    sync.WaitGroup
	)
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	begun := time.Now()
	for range connections {
		wg.Go(func() {
			took, n, err := driveOne(ctx, addr, want, func() request {
				mu.Lock()
				defer mu.Unlock()
				return next()
			})
			mu.Lock()
			defer mu.Unlock()
			times, bytes = append(times, took...), bytes+n
			if err != nil && fault == nil {
				fault = err
			}
		})
	}
	wg.Wait()
	if fault != nil || len(times) == 0 {
		return load{}, fmt.Errorf("load: %w", fault)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	slices.Sort(times)
	return load{
		Requests: len(times), PerSecond: float64(len(times)) / time.Since(begun).Seconds(),
		P50: ms(times[len(times)/2]), P99: ms(times[len(times)*99/100]), BytesPerHit: bytes / len(times),
	}, nil
}

// driveOne speaks HTTP/1.1 itself: the client shall cost as little as possible,
// it runs on the same processors.
func driveOne(ctx context.Context, addr string, want int, next func() request) (took []time.Duration, bytes int, err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	var out []byte
	for ctx.Err() == nil {
		r := next()
		out = append(out[:0], "GET "...)
		out = append(out, r.path...)
		out = append(out, " HTTP/1.1\r\nHost: localhost\r\n"...)
		out = append(append(out, r.header...), '\r', '\n')
		start := time.Now()
		if _, err := conn.Write(out); err != nil {
			return took, bytes, err
		}
		status, n, err := readAnswer(in)
		if err != nil {
			return took, bytes, fmt.Errorf("%s: %w", r.path, err)
		}
		if status != want {
			return took, bytes, fmt.Errorf("%s: status %d, not %d", r.path, status, want)
		}
		took, bytes = append(took, time.Since(start)), bytes+n
	}
	return took, bytes, nil
}

// readAnswer passes over one answer.
func readAnswer(in *bufio.Reader) (status, length int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	chunked := false
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			break
		}
		switch name, value, _ := strings.Cut(string(line), ":"); strings.ToLower(name) {
		case "content-length":
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return 0, 0, err
			}
		case "transfer-encoding":
			chunked = true
		}
	}
	if !chunked {
		if status == 304 {
			return status, 0, nil
		}
		_, err = in.Discard(length)
		return status, length, err
	}
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 32)
		if err != nil {
			return 0, 0, err
		}
		if _, err := io.CopyN(io.Discard, in, n+2); err != nil {
			return 0, 0, err
		}
		if length += int(n); n == 0 {
			return status, length, nil
		}
	}
}

func spanOf(times []time.Duration) span {
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return span{ms(times[len(times)/2]), ms(times[len(times)*99/100])}
}
