// Package cache keeps rendered answers in memory, bounded by their bytes.
package cache

import "sync"

// Cache keeps answers until others push them out: two generations, of which the
// older goes when the younger is full. A key holds the change number or stamp of
// what the answer shows, so nothing in it is ever stale. It is safe for
// concurrent use; nobody may change the bytes.
type Cache struct {
	mu         sync.Mutex
	young, old map[string][]byte
	size, half int
}

// New makes a cache of at most so many bytes.
func New(bytes int) *Cache { return &Cache{young: map[string][]byte{}, half: bytes / 2} }

// Get returns what was put under a key, or nil.
func (c *Cache) Get(key string) []byte {
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

// Put keeps bytes under a key.
func (c *Cache) Put(key string, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, b)
}

func (c *Cache) add(key string, b []byte) {
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
