package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"trio.example/catalog"
)

// demoUploads puts a small table of invented figures where the published
// datasets of the demonstration have only the address of a page that does not
// exist: what an office does when it uploads its file.
func demoUploads(e *env, k *core) (n int, err error) {
	var list []*catalog.Entry
	err = k.store.View(e.ctx, func(tx catalog.Tx) error {
		for entry, err := range tx.Entries(publicDatasets) {
			if err != nil {
				return err
			}
			if len(entry.Parts) == 1 && entry.Parts[0].Fields.Map("upload") == nil {
				list = append(list, entry)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, entry := range list {
		table := demoTable(entry.Fields.String("title"))
		sum, size, err := k.blobs.Put(strings.NewReader(table), int64(len(table)))
		if err != nil {
			return n, err
		}
		_, _, err = k.reg.Change(e.ctx, operator, catalog.TypeDataset.Namespace(), entry.ID, entry.Rev, func(entry *catalog.Entry) error {
			f := entry.Parts[0].Fields
			f.Set("upload", map[string]any{"sum": sum, "name": entry.Name + ".csv", "type": "text/csv"})
			f.Set("url", entry.Name+".csv")
			f.Set("size", size)
			f.Set("hash", sum)
			f.Set("hash_algorithm", "sha256")
			f.Set("format", "CSV")
			f.Set("mimetype", "text/csv")
			f.Set("description", "Beispieltabelle mit erfundenen Zahlen")
			return nil
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// demoTable is the same for a title every time.
func demoTable(title string) string {
	h := fnv.New64a()
	h.Write([]byte(title))
	r := rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // figures, no secrets
	var b strings.Builder
	b.WriteString("jahr;stadtbezirk;anzahl;veraenderung_prozent\n")
	const districts, first, last = 12, 2019, 2025
	for d := 1; d <= districts; d++ {
		value := 50 + r.IntN(4000)
		for year := first; year <= last; year++ {
			change := r.IntN(160) - 70 // tenths of a percent
			value += value * change / 1000
			fmt.Fprintf(&b, "%d;%d;%d;%.1f\n", year, d, value, float64(change)/10)
		}
	}
	return strings.ReplaceAll(b.String(), ".", ",") // decimal comma, as spreadsheets here expect
}
