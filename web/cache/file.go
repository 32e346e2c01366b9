package cache

import (
	"fmt"
	"hash/maphash"
	"os"
	"slices"
	"sync"
)

// File keeps bytes in a file without a name: more than memory should hold, and
// the system's page cache keeps what is asked for. It is empty at every start
// and begins anew when it is full.
type File struct {
	f   *os.File
	max int64

	mu      sync.RWMutex
	end     int64
	at      map[digest]place
	writing int // places taken that are not written yet
	seeds   [2]maphash.Seed
}

// digest stands for a key, so that the collector has nothing to follow in a map of
// many. Two keys never share one: it has 128 bits, and its seeds are nobody's to choose.
type digest [2]uint64

func (c *File) digest(key string) digest {
	return digest{maphash.String(c.seeds[0], key), maphash.String(c.seeds[1], key)}
}

// place is where the newest version of a piece lies.
type place struct {
	version int64
	off     int64
	n       int
}

// NewFile makes a cache of at most max bytes in a folder.
func NewFile(dir string, max int64) (*File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	f, err := os.CreateTemp(dir, "rendered-")
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil { // nobody else shall find it, a crash leaves nothing
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &File{f: f, max: max, at: map[digest]place{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}, nil
}

// Append adds what was put under a key to dst; ok is false when this version is
// not there.
func (c *File) Append(dst []byte, key string, version int64) (out []byte, ok bool) {
	hash := c.digest(key)
	c.mu.RLock()
	defer c.mu.RUnlock()
	p, ok := c.at[hash]
	if !ok || p.version != version {
		return dst, false
	}
	n := len(dst)
	dst = slices.Grow(dst, p.n)[:n+p.n]
	if _, err := c.f.ReadAt(dst[n:], p.off); err != nil {
		return dst[:n], false
	}
	return dst, true
}

// Put keeps bytes under a key, in place of other versions. A disk that takes no
// more is as if nothing had been put, and so is a full file that somebody still
// writes to: begun anew now, it would get those bytes over what comes next.
func (c *File) Put(key string, version int64, b []byte) {
	hash := c.digest(key)
	n := int64(len(b))
	c.mu.Lock()
	if c.end+n > c.max {
		if c.writing > 0 || n > c.max {
			c.mu.Unlock()
			return
		}
		c.end, c.at = 0, map[digest]place{}
	}
	p := place{version, c.end, len(b)}
	c.end += n
	c.writing++
	c.mu.Unlock()
	_, err := c.f.WriteAt(b, p.off)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing--
	if err == nil {
		c.at[hash] = p
	}
}

// Close frees the space.
func (c *File) Close() error { return c.f.Close() }
