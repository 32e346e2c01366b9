package feed

import "sync"

// maxCached bounds the rendered pages kept, in bytes.
const maxCached = 64 << 20

// cache keeps rendered pages until others push them out: two generations, of
// which the older goes when the younger is full. A key holds the change number,
// so nothing in it is ever stale.
type cache struct {
	mu         sync.Mutex
	young, old map[string][]byte
	size, half int
}

func newCache(bytes int) *cache { return &cache{young: map[string][]byte{}, half: bytes / 2} }

func (c *cache) get(key string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.young[key]; b != nil {
		return b
	}
	b := c.old[key]
	if b != nil {
		c.add(key, b)
	}
	return b
}

func (c *cache) put(key string, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, b)
}

func (c *cache) add(key string, b []byte) {
	if len(b) > c.half {
		return
	}
	if c.size+len(b) > c.half {
		c.young, c.old, c.size = map[string][]byte{}, c.young, 0
	}
	if _, there := c.young[key]; !there {
		c.young[key] = b
		c.size += len(b)
	}
}
