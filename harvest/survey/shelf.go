package survey

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"
)

// Laid is a file between somebody's look at it and the decision to import it.
type Laid struct {
	User, City, Template, Name string
	Data                       []byte
	at                         time.Time
}

// Bounds of what lies there; it is lost at a restart, and sent once more then.
const (
	laidTime  = time.Hour
	laidBytes = 64 << 20
	laidFiles = 50
)

// Shelf keeps uploaded files for a while, in memory: what nobody imports was
// never stored.
type Shelf struct {
	mu    sync.Mutex
	files map[string]*Laid
}

// Lay puts a file down and returns under which key it lies.
func (s *Shelf) Lay(l *Laid) string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	key := base64.RawURLEncoding.EncodeToString(b[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string]*Laid{}
	}
	l.at = time.Now()
	s.files[key] = l
	for s.full() {
		oldest := ""
		for k, f := range s.files {
			if oldest == "" || f.at.Before(s.files[oldest].at) {
				oldest = k
			}
		}
		delete(s.files, oldest)
	}
	return key
}

func (s *Shelf) full() bool {
	bytes := 0
	for _, f := range s.files {
		bytes += len(f.Data)
	}
	return len(s.files) > laidFiles || bytes > laidBytes
}

// Find returns a file to who laid it down; nil when it is gone.
func (s *Shelf) Find(key, user string) *Laid {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.files[key]
	if l == nil || l.User != user {
		return nil
	}
	if time.Since(l.at) > laidTime {
		delete(s.files, key)
		return nil
	}
	return l
}

// Clear takes a file away.
func (s *Shelf) Clear(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, key)
}
