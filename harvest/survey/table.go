package survey

import (
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
)

// WriteTable writes a table as a workbook with one sheet. Numbers stay numbers,
// and no text is taken for a formula, also not when it is saved as CSV later.
func WriteTable(w io.Writer, sheet string, columns []string, rows [][]string) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	for i, row := range append([][]string{columns}, rows...) {
		cells := make([]any, len(row))
		for j, s := range row {
			cells[j] = catalog.SheetCell(s)
			if n, err := strconv.ParseInt(s, 10, 32); err == nil && i > 0 && strconv.FormatInt(n, 10) == s {
				cells[j] = n
			}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}
