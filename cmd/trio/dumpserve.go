package main

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// dumps offers the nightly files.
type dumps struct{ root, site string }

// Register implements web.Mount.
func (d dumps) Register(r gin.IRouter) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/dumps", d.list)
		r.Handle(method, "/dumps/:day/:file", d.file)
	}
}

type dumpLink struct {
	dumpFile
	URL string `json:"url"`
}

type dumpDay struct {
	Day   string     `json:"day"`
	Files []dumpLink `json:"files"`
}

func (d dumps) list(c *gin.Context) {
	days, err := dumpDays(d.root)
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
	c.Header("Cache-Control", "public, max-age=300")
	c.JSON(http.StatusOK, gin.H{"dumps": out})
}

// files reads the list of sums, which names every file of the day.
func (d dumps) files(day string) ([]dumpLink, error) {
	f, err := os.Open(filepath.Join(d.root, day, sumsFile))
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
		out = append(out, dumpLink{dumpFile{name, info.Size(), sum}, d.site + "/dumps/" + day + "/" + name})
	}
	return out, nil
}

// file sends one file; only names that the list of sums has are looked for.
func (d dumps) file(c *gin.Context) {
	day, name := c.Param("day"), c.Param("file")
	days, err := dumpDays(d.root)
	if err != nil || !slices.Contains(days, day) {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	files, err := d.files(day)
	if err != nil || name != sumsFile && !slices.ContainsFunc(files, func(f dumpLink) bool { return f.Name == name }) {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=3600")
	if name == sumsFile {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		h.Set("Content-Type", "application/gzip")
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	c.File(filepath.Join(d.root, day, name))
}
