package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	kernClass = regexp.MustCompile(`kern-[a-zA-Z0-9_-]+`)
	classPart = regexp.MustCompile(`\.(kern-[a-zA-Z0-9_-]+)`)
	notPart   = regexp.MustCompile(`:(?:not|is|where)\([^()]*\)`)
	varUse    = regexp.MustCompile(`var\(\s*(--[a-zA-Z0-9_-]+)`)
)

// reduceFor keeps of a style sheet what templates, scripts and trio.css name.
func reduceFor(uiDir, pkg, version string, css []byte) ([]byte, error) {
	used, own := map[string]bool{}, ""
	for _, dir := range []string{"templates", "assets", "funcs.go", "icons.go"} {
		err := filepath.WalkDir(filepath.Join(uiDir, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, c := range kernClass.FindAllString(string(data), -1) {
				used[c] = true
			}
			if filepath.Ext(path) == ".css" {
				own += string(data)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("scan %s: %w", dir, err)
		}
	}
	rules := parse(string(css))
	rules = prune(rules, used)
	vars := usedVars(rules, own)
	var b strings.Builder
	fmt.Fprintf(&b, "/*! %s %s, EUPL-1.2, cut down to the classes used here; see vendortool */\n", pkg, version)
	write(&b, rules, vars)
	return []byte(b.String()), nil
}

// rule is a block: a style rule with declarations, or an at-rule with rules.
type rule struct {
	head     string
	body     string
	children []rule
}

// parse splits a style sheet into rules; comments must not hold braces.
func parse(css string) []rule {
	var out []rule
	for len(css) > 0 {
		open := indexOutside(css, "{;")
		if open < 0 {
			break
		}
		head := strings.TrimSpace(stripComments(css[:open]))
		if css[open] == ';' { // @charset, @import, @layer a, b
			css = css[open+1:]
			continue
		}
		end := closing(css[open:]) + open
		body := css[open+1 : end]
		css = css[end+1:]
		switch {
		case strings.HasPrefix(head, "@media"), strings.HasPrefix(head, "@supports"), strings.HasPrefix(head, "@layer"):
			out = append(out, rule{head: head, children: parse(body)})
		case strings.HasPrefix(head, "@font-face"):
		default:
			out = append(out, rule{head: head, body: body})
		}
	}
	return out
}

func stripComments(s string) string {
	for {
		i := strings.Index(s, "/*")
		if i < 0 {
			return s
		}
		j := strings.Index(s[i:], "*/")
		if j < 0 {
			return s[:i]
		}
		s = s[:i] + s[i+j+2:]
	}
}

// indexOutside finds the first of chars outside strings, brackets and comments.
func indexOutside(s, chars string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '/' && strings.HasPrefix(s[i:], "/*"):
			if j := strings.Index(s[i+2:], "*/"); j >= 0 {
				i += j + 3
			}
		case c == '"' || c == '\'':
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.IndexByte(chars, c) >= 0:
			return i
		}
	}
	return -1
}

// closing returns the place of the brace that closes the one s begins with.
func closing(s string) int {
	depth, at := 0, 0
	for {
		i := indexOutside(s[at:], "{}")
		if i < 0 {
			return len(s) - 1
		}
		at += i
		if s[at] == '{' {
			depth++
		} else if depth--; depth == 0 {
			return at
		}
		at++
	}
}

func split(s, by string) []string {
	var out []string
	for {
		i := indexOutside(s, by)
		if i < 0 {
			return append(out, s)
		}
		out, s = append(out, s[:i]), s[i+1:]
	}
}

func prune(rules []rule, used map[string]bool) []rule {
	var out []rule
	for _, r := range rules {
		if r.children != nil {
			if r.children = prune(r.children, used); len(r.children) > 0 {
				out = append(out, r)
			}
			continue
		}
		if strings.HasPrefix(r.head, "@") { // keyframes
			continue
		}
		var keep []string
		for _, sel := range split(r.head, ",") {
			ok := true
			for _, m := range classPart.FindAllStringSubmatch(notPart.ReplaceAllString(sel, ""), -1) {
				ok = ok && used[m[1]]
			}
			if ok {
				keep = append(keep, sel)
			}
		}
		if len(keep) > 0 {
			r.head = strings.Join(keep, ",")
			out = append(out, r)
		}
	}
	return out
}

// usedVars follows custom properties from the places that use them.
func usedVars(rules []rule, own string) map[string]bool {
	used, values := map[string]bool{}, map[string][]string{}
	note := func(s string) {
		for _, m := range varUse.FindAllStringSubmatch(s, -1) {
			used[m[1]] = true
		}
	}
	note(own)
	var walk func([]rule)
	walk = func(rules []rule) {
		for _, r := range rules {
			walk(r.children)
			for _, d := range split(r.body, ";") {
				name, value, _ := strings.Cut(d, ":")
				if name = strings.TrimSpace(stripComments(name)); strings.HasPrefix(name, "--") {
					values[name] = append(values[name], value)
				} else {
					note(value)
				}
			}
		}
	}
	walk(rules)
	for {
		before := len(used)
		for name, list := range values {
			if used[name] {
				for _, v := range list {
					note(v)
				}
			}
		}
		if len(used) == before {
			return used
		}
	}
}

func write(b *strings.Builder, rules []rule, vars map[string]bool) {
	for _, r := range rules {
		if r.children != nil {
			var inner strings.Builder
			if write(&inner, r.children, vars); inner.Len() > 0 {
				b.WriteString(r.head + "{\n" + inner.String() + "}\n")
			}
			continue
		}
		var keep []string
		for _, d := range split(r.body, ";") {
			d = strings.TrimSpace(stripComments(d))
			name, _, _ := strings.Cut(d, ":")
			if d != "" && (!strings.HasPrefix(name, "--") || vars[strings.TrimSpace(name)]) {
				keep = append(keep, d)
			}
		}
		if len(keep) > 0 {
			b.WriteString(r.head + "{" + strings.Join(keep, ";") + "}\n")
		}
	}
}
