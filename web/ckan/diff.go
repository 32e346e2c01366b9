package ckan

import (
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"
)

// maxDiffLines bounds the quadratic comparison of two states, in lines.
const maxDiffLines = 4000

// jsonDiff compares two states line by line in their indented JSON form, with
// keys in order: unified, context (the same lines marked with !) or HTML.
func jsonDiff(before, after any, form string) (string, error) {
	a, err := jsonLines(before)
	if err != nil {
		return "", err
	}
	b, err := jsonLines(after)
	if err != nil {
		return "", err
	}
	if form == "unified" {
		return unified(diffLines(a, b)), nil
	}
	var out strings.Builder
	for _, l := range diffLines(a, b) {
		switch {
		case form == "html":
			class := map[byte]string{'+': "add", '-': "del", ' ': "same"}[l[0]]
			out.WriteString(`<div class="` + class + `">` + html.EscapeString(l[1:]) + "</div>\n")
		case form == "context" && l[0] != ' ':
			out.WriteString("! " + l[1:] + "\n")
		default:
			out.WriteString(l + "\n")
		}
	}
	return out.String(), nil
}

// around is how many unchanged lines stand around a change.
const around = 3

// unified writes marked lines the way Python's difflib does for lines without an
// end: headers, then hunks with a few lines of context.
func unified(lines []string) string {
	var out []string
	oldLine, newLine := 1, 1
	for i := 0; i < len(lines); {
		if lines[i][0] == ' ' {
			oldLine, newLine, i = oldLine+1, newLine+1, i+1
			continue
		}
		if out == nil {
			out = []string{"--- \n", "+++ \n"}
		}
		begin := max(i-around, 0)
		for begin < i && lines[begin][0] != ' ' { // belongs to the hunk before
			begin++
		}
		end, quiet := i, 0
		for end < len(lines) && quiet <= 2*around {
			if lines[end][0] == ' ' {
				quiet++
			} else {
				quiet = 0
			}
			end++
		}
		end -= max(quiet-around, 0)
		fromOld, fromNew := oldLine-(i-begin), newLine-(i-begin)
		countOld, countNew := i-begin, i-begin
		for _, l := range lines[i:end] {
			if l[0] != '+' {
				countOld, oldLine = countOld+1, oldLine+1
			}
			if l[0] != '-' {
				countNew, newLine = countNew+1, newLine+1
			}
		}
		out = append(out, fmt.Sprintf("@@ -%s +%s @@\n", place(fromOld, countOld), place(fromNew, countNew)))
		out = append(out, lines[begin:end]...)
		i = end
	}
	return strings.Join(out, "\n")
}

// place is where a hunk stands, in difflib's form.
func place(from, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", from-1)
	case 1:
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d,%d", from, count)
}

func jsonLines(v any) ([]string, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return strings.Split(string(text), "\n"), err
}

// diffLines marks the lines of a that are gone with - and those of b that are
// new with +, by the longest common subsequence.
func diffLines(a, b []string) []string {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var out []string
	for _, l := range a[:start] {
		out = append(out, " "+l)
	}
	out = append(out, middle(a[start:len(a)-end], b[start:len(b)-end])...)
	for _, l := range a[len(a)-end:] {
		out = append(out, " "+l)
	}
	return out
}

func middle(a, b []string) []string {
	var out []string
	if len(a) > maxDiffLines || len(b) > maxDiffLines {
		for _, l := range a {
			out = append(out, "-"+l)
		}
		for _, l := range b {
			out = append(out, "+"+l)
		}
		return out
	}
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, " "+a[i])
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && common[i+1][j] >= common[i][j+1]):
			out = append(out, "-"+a[i])
			i++
		default:
			out = append(out, "+"+b[j])
			j++
		}
	}
	return out
}
