package feed

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// SumsFile names each file of a dump with its SHA-256, in the form of sha256sum.
const SumsFile = "SHA256SUMS"

// StateFile holds the number of the change up to which a dump tells.
const StateFile = "state"

// Dumps offers the nightly files under /dumps.
type Dumps struct {
	root, site string
	withdrawn  func(context.Context) (int64, error)
}

// NewDumps serves a folder with a folder for each day. withdrawn is the number of
// the newest change since which older dumps hold what is not public: they are as
// good as gone.
func NewDumps(root, siteURL string, withdrawn func(context.Context) (int64, error)) Dumps {
	return Dumps{root, siteURL, withdrawn}
}

// days are those whose dump may be offered, newest first.
func (d Dumps) days(ctx context.Context) ([]string, error) {
	days, err := DumpDays(d.root)
	if err != nil || len(days) == 0 {
		return nil, err
	}
	limit, err := d.withdrawn(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(days, func(day string) bool { return DumpState(filepath.Join(d.root, day)) < limit }), nil
}

// DumpState reads the number of the dump in a folder, 0 where there is none.
func DumpState(dir string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// DumpDays lists the days that have a dump, newest first.
func DumpDays(root string) ([]string, error) {
	list, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var days []string
	for _, d := range list {
		if _, err := time.Parse(time.DateOnly, d.Name()); err == nil && d.IsDir() {
			days = append(days, d.Name())
		}
	}
	slices.Sort(days)
	slices.Reverse(days)
	return days, nil
}

// Register implements web.Mount.
func (d Dumps) Register(r gin.IRouter) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/dumps", d.list)
		r.Handle(method, "/dumps/:day/:file", d.file)
	}
}

type dumpLink struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	URL    string `json:"url"`
}

type dumpDay struct {
	Day   string     `json:"day"`
	Files []dumpLink `json:"files"`
}

func (d Dumps) list(c *gin.Context) {
	days, err := d.days(c.Request.Context())
	if err != nil {
		c.String(http.StatusInternalServerError, "internal error\n")
		return
	}
	out := []dumpDay{}
	for _, day := range days {
		files, err := d.files(day)
		if errors.Is(err, os.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			c.String(http.StatusInternalServerError, "internal error\n")
			return
		}
		out = append(out, dumpDay{day, files})
	}
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cache-Control", "no-cache")
	c.JSON(http.StatusOK, gin.H{"dumps": out})
}

// files reads the list of sums, which names every file of the day.
func (d Dumps) files(day string) ([]dumpLink, error) {
	f, err := os.Open(filepath.Join(d.root, day, SumsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []dumpLink
	for lines := bufio.NewScanner(f); lines.Scan(); {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			continue
		}
		info, err := os.Stat(filepath.Join(d.root, day, name))
		if err != nil {
			return nil, err
		}
		out = append(out, dumpLink{name, info.Size(), sum, d.site + "/dumps/" + day + "/" + name})
	}
	return out, nil
}

// file sends one file; only names that the list of sums has are looked for.
func (d Dumps) file(c *gin.Context) {
	day, name := c.Param("day"), c.Param("file")
	days, err := d.days(c.Request.Context())
	if err != nil || !slices.Contains(days, day) {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	files, err := d.files(day)
	if err != nil || name != SumsFile && !slices.ContainsFunc(files, func(f dumpLink) bool { return f.Name == name }) {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-cache") // it may be withdrawn at any moment
	if name == SumsFile {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		h.Set("Content-Type", "application/gzip")
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	c.File(filepath.Join(d.root, day, name))
}
