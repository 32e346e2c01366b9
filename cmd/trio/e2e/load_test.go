package e2e

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clients is how many write at once.
const clients = 64

// loadTime is how long they do; the long run takes a minute.
func loadTime() time.Duration {
	if n, err := strconv.Atoi(loadSeconds); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return 4 * time.Second
}

// TestLoad_losesNoUpdate lets clients create, patch and delete for a while. Each
// knows what was acknowledged to it; all of that must be there afterwards, and
// the data folder sound.
func TestLoad_losesNoUpdate(t *testing.T) {
	w := newWorld(t)
	w.must("editor", "package_create", obj{"name": "gemeinsam", "title": "Gemeinsam", "owner_org": "amt-a"})
	until := time.Now().Add(loadTime())
	var done, faults atomic.Int64
	var first sync.Once
	ok := func(action string, args obj, allowed ...int) reply {
		r := w.call("editor", action, args)
		done.Add(1)
		for _, s := range append(allowed, http.StatusOK) {
			if r.status == s {
				return r
			}
		}
		faults.Add(1)
		first.Do(func() { t.Errorf("%s %v: %d %.300s", action, args, r.status, r.text) })
		return r
	}
	type last struct {
		title   string
		deleted bool
	}
	states := make([]map[string]last, clients)
	shared := make([]int, clients)
	var wg sync.WaitGroup
	for i := range clients {
		states[i] = map[string]last{}
		wg.Go(func() {
			for n := 0; time.Now().Before(until); n++ {
				name := fmt.Sprintf("last-%d-%d", i, n)
				ok("package_create", obj{"name": name, "title": "Neu", "owner_org": "amt-a"})
				title := fmt.Sprintf("Stand %d", n)
				ok("package_patch", obj{"id": name, "title": title})
				states[i][name] = last{title: title}
				if n%3 == 0 {
					ok("package_delete", obj{"id": name})
					states[i][name] = last{title: title, deleted: true}
				}
				ok("resource_create", obj{"package_id": "gemeinsam", "url": fmt.Sprintf("https://x.example/%d/%d", i, n)})
				shared[i]++
				if n%5 == 4 { // the shared one must not grow without end
					ok("package_revise", obj{"match": obj{"name": "gemeinsam"}, "update__notes": fmt.Sprint(i, " ", n)})
				}
				if shared[i] >= 8 {
					break
				}
			}
			for n := 1000; time.Now().Before(until); n++ {
				name := fmt.Sprintf("last-%d-%d", i, n)
				ok("package_create", obj{"name": name, "title": "Neu", "owner_org": "amt-a"})
				ok("package_patch", obj{"id": name, "title": "Stand"})
				states[i][name] = last{title: "Stand"}
				if n%2 == 0 {
					ok("package_delete", obj{"id": name})
					states[i][name] = last{title: "Stand", deleted: true}
				}
			}
		})
	}
	wg.Wait()
	if faults.Load() > 0 {
		t.Errorf("%d of %d calls failed", faults.Load(), done.Load())
	}
	total := 0
	for i, mine := range states {
		total += shared[i]
		for name, want := range mine {
			d := w.must("sysadmin", "package_show", obj{"id": name})
			if d["title"] != want.title || (d["state"] == "deleted") != want.deleted {
				t.Errorf("%s is %v %v, acknowledged was %+v", name, d["title"], d["state"], want)
			}
		}
	}
	if got := len(w.must("", "package_show", obj{"id": "gemeinsam"})["resources"].([]any)); got != total {
		t.Errorf("%d of %d appended resources are there", got, total)
	}
	t.Logf("%d calls of %d clients in %s", done.Load(), clients, loadTime())
	data := w.Data
	w.stop()
	if out, errOut, code := trio(t, "check", "--data", data); code != 0 {
		t.Errorf("check: %d %s %s", code, out, errOut)
	}
}

// TestUpload_largeCostsNoMemory sends a file much larger than what the program
// may hold, then one that is cut off.
func TestUpload_largeCostsNoMemory(t *testing.T) {
	w := newWorld(t)
	w.must("editor", "package_create", obj{"name": "gross", "owner_org": "amt-a"})
	files := func() (n int) {
		err := filepath.WalkDir(filepath.Join(w.Data, "files"), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	size := 96 << 20
	send := func(size int, cut bool) int {
		r, out := io.Pipe()
		form := multipart.NewWriter(out)
		go func() {
			err := form.WriteField("package_id", "gross")
			var part io.Writer
			if err == nil {
				part, err = form.CreateFormFile("upload", "gross.csv")
			}
			block := bytes.Repeat([]byte("a;b;c\n"), 10_000)
			for n := 0; n < size && err == nil; n += len(block) {
				_, err = part.Write(block[:min(len(block), size-n)])
			}
			if cut {
				err = io.ErrUnexpectedEOF
			} else if err == nil {
				err = form.Close()
			}
			_ = out.CloseWithError(err)
		}()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/api/3/action/resource_create", r)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		req.Header.Set("Authorization", w.tokens["editor"])
		res, err := plainClient.Do(req)
		if err != nil {
			return 0
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	before, stored := w.memory(t), files()
	if status := send(size, false); status != http.StatusOK {
		t.Fatalf("upload: %d", status)
	}
	if grown := w.memory(t) - before; grown > 64<<20 {
		t.Errorf("an upload of %d MB took %d MB of memory", size>>20, grown>>20)
	}
	if n := files(); n != stored+1 {
		t.Errorf("%d files more", n-stored)
	}
	if status := send(size/2, true); status == http.StatusOK {
		t.Error("a cut upload was taken")
	}
	for range 100 {
		if files() == stored+1 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := files(); n != stored+1 {
		t.Errorf("a cut upload left %d files", n-stored-1)
	}
	if d := w.must("", "package_show", obj{"id": "gross"}); d["num_resources"] != 1.0 {
		t.Errorf("%v resources", d["num_resources"])
	}
}

var loadSeconds = strings.TrimSpace(os.Getenv("TRIO_LOAD_SECONDS"))
