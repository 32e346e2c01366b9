package vocab

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Spelling maps a word met in catalogues to the code of a concept.
type Spelling struct {
	List, Spelling, Code string
	// Own is set for a row of the operator's table; it wins over the built-in one.
	Own bool
}

const mappingFile = "mapping.csv"

// Use reads an operator's tables from a folder: NAME.csv replaces a built-in
// vocabulary, mapping.csv adds spellings. A missing folder changes nothing; a
// table with a fault leaves everything as it was.
func Use(dir string) error {
	l, err := loadAll(dir)
	if err != nil {
		return err
	}
	current.Store(&l)
	return nil
}

// rowsOf reads a table from the operator's folder, else the built-in one.
func rowsOf(dir, name string) ([][]string, error) {
	if dir != "" {
		text, err := os.ReadFile(filepath.Join(dir, name+".csv"))
		if err == nil {
			return parseTable(name, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("vocabulary %s: %w", name, err)
		}
	}
	return table(name)
}

func mapping(dir string) (map[string][]Spelling, error) {
	list, err := Spellings(dir)
	if err != nil {
		return nil, err
	}
	out := map[string][]Spelling{}
	for _, s := range list {
		out[s.List] = append(out[s.List], s)
	}
	return out, nil
}

// Spellings lists the mapping table: the built-in rows, then the operator's.
func Spellings(dir string) ([]Spelling, error) {
	rows, err := table("mapping")
	if err != nil {
		return nil, err
	}
	var out []Spelling
	add := func(rows [][]string, own bool) error {
		for i, r := range rows {
			if i == 0 {
				continue
			}
			if len(r) < 3 {
				return fmt.Errorf("vocabulary mapping: row %d needs the columns list, spelling, code", i+1)
			}
			if _, ok := InfoOf(r[0]); !ok {
				return fmt.Errorf("vocabulary mapping: row %d names the list %q, which does not exist", i+1, r[0])
			}
			out = append(out, Spelling{r[0], r[1], r[2], own})
		}
		return nil
	}
	if err := add(rows, false); err != nil || dir == "" {
		return out, err
	}
	text, err := os.ReadFile(filepath.Join(dir, mappingFile))
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if rows, err = parseTable("mapping", text); err != nil {
		return nil, err
	}
	return out, add(rows, true)
}

// Map adds a spelling to the operator's table, or takes it out when code is
// empty. The file is replaced at once or not at all.
func Map(dir, name, spelling, code string) error {
	if _, ok := InfoOf(name); !ok {
		return catalog.Errorf(catalog.KindInvalid, "Ein Vokabular namens %q gibt es nicht.", name)
	}
	if code != "" {
		if _, ok := Lookup(name, code); !ok {
			return catalog.Errorf(catalog.KindInvalid, "%q steht nicht im Vokabular %s.", code, name)
		}
	}
	list, err := Spellings(dir)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(s Spelling) bool { return !s.Own || s.List == name && fold(s.Spelling) == fold(spelling) })
	if code != "" {
		list = append(list, Spelling{name, spelling, code, true})
	}
	rows := [][]string{{"list", "spelling", "code"}}
	for _, s := range list {
		rows = append(rows, []string{s.List, s.Spelling, s.Code})
	}
	return Save(dir, "mapping", "Own spellings, added with trio vocab map", rows)
}

// Save writes a table of the operator's folder.
func Save(dir, name, title string, rows [][]string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", title)
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".vocab-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	_, err = tmp.Write(b.Bytes())
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(dir, name+".csv"))
}

// Replace puts a table in the place of a built-in vocabulary. One with which the
// vocabularies could not be used any more (a spelling would lose what it means)
// is refused and leaves everything as it was.
func Replace(dir, name, title string, rows [][]string) error {
	list, err := Spellings(dir)
	if err != nil {
		return err
	}
	var own []Spelling
	for _, s := range list {
		if s.List == name {
			own = append(own, s)
		}
	}
	if _, err := load(rows, own); err != nil {
		return catalog.Errorf(catalog.KindInvalid, "Die Tabelle passt nicht: %v", err)
	}
	return Save(dir, name, title, rows)
}

// Source returns the first line of a table: where it comes from, under which
// licence. own tells an operator's table from the built-in one.
func Source(dir, name string) (line string, own bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, name+".csv"))
	if own = err == nil; errors.Is(err, fs.ErrNotExist) {
		text, err = data.ReadFile("data/" + name + ".csv")
	}
	if err != nil {
		return "", false, err
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return strings.TrimSpace(strings.TrimPrefix(string(first), "#")), own, nil
}
