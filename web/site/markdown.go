package site

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// writer turns stored Markdown into HTML that is safe to show.
type writer struct {
	md            goldmark.Markdown
	policy, words *bluemonday.Policy
}

// maxMarkdown bounds what is rendered; what is longer is cut with a note.
const maxMarkdown = 100_000

// maxNest bounds quotes and lists inside each other: each level costs the
// parser another pass over the rest of the line.
const maxNest = 12

func newWriter() *writer {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "b", "i", "del", "sub", "sup", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.SkipElementsContent("script", "style", "title", "textarea", "noscript", "template", "svg", "math", "iframe", "object", "select")
	md := goldmark.New(
		goldmark.WithExtensions(extension.NewLinkify(), extension.Table, extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(fitIn{}, 100))),
		// Raw HTML goes through: CKAN's texts are full of it. The policy decides.
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)
	return &writer{md: md, policy: p, words: bluemonday.StrictPolicy()}
}

var deepNest = regexp.MustCompile(fmt.Sprintf(`(?m)^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){%d,}[^-*+ \t\r\n]`, maxNest+1))

// html renders Markdown below a heading of level 2.
func (w *writer) html(src string) template.HTML {
	src = strings.ToValidUTF8(src, "\uFFFD")
	if len(src) > maxMarkdown {
		src = src[:maxMarkdown]
		for !utf8.ValidString(src) {
			src = src[:len(src)-1]
		}
		src += " …"
	}
	if hostile(src) {
		return paragraphs(src)
	}
	var b bytes.Buffer
	if err := w.md.Convert([]byte(src), &b); err != nil {
		return paragraphs(src)
	}
	return balance(w.policy.SanitizeBytes(b.Bytes()))
}

// hostile reports texts that no person writes and that cost the parser far
// more than their length.
func hostile(s string) bool {
	return strings.Count(s, "[") > 2000 || strings.Count(s, "<") > 5000 || strings.Count(s, "`") > 4000 ||
		strings.Count(s, "*")+strings.Count(s, "_")+strings.Count(s, "~") > 20000 || deepNest.MatchString(s)
}

// paragraphs shows a text as it is.
func paragraphs(s string) template.HTML {
	var b strings.Builder
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + template.HTMLEscapeString(p) + "</p>\n")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// balance closes what a text left open and drops stray end tags, so that no
// description can break the page around it.
func balance(data []byte) template.HTML {
	nodes, err := xhtml.ParseFragment(bytes.NewReader(data), &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	for _, n := range nodes {
		mendLists(n, false)
		if err := xhtml.Render(&b, n); err != nil {
			return ""
		}
	}
	return template.HTML(b.String()) //nolint:gosec // passed the policy, then parsed and written anew
}

// mendLists puts what lies loose in a list into items, and turns items outside
// of lists into blocks: screen readers announce lists by their structure.
func mendLists(n *xhtml.Node, inList bool) {
	if n.Type != xhtml.ElementNode {
		return
	}
	list := n.DataAtom == atom.Ul || n.DataAtom == atom.Ol
	if n.DataAtom == atom.Li && !inList {
		n.DataAtom, n.Data = atom.Div, "div"
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		loose := c.Type == xhtml.ElementNode && c.DataAtom != atom.Li || c.Type == xhtml.TextNode && strings.TrimSpace(c.Data) != ""
		if list && loose {
			li := &xhtml.Node{Type: xhtml.ElementNode, Data: "li", DataAtom: atom.Li}
			n.InsertBefore(li, c)
			n.RemoveChild(c)
			li.AppendChild(c)
			c = li
		}
		mendLists(c, list)
		c = next
	}
}

// fitIn makes a text fit into a page: its headings go below ours without a
// gap, and pictures become links, because pages load nothing from elsewhere.
type fitIn struct{}

// Transform implements parser.ASTTransformer.
func (fitIn) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var images []*ast.Image
	levels := map[int]bool{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			levels[n.Level] = true
		case *ast.Image:
			images = append(images, n)
		}
		return ast.WalkContinue, nil
	})
	rank, next := map[int]int{}, 3
	for l := 1; l <= 6; l++ {
		if levels[l] {
			rank[l] = min(next, 6)
			next++
		}
	}
	prev := 2
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(rank[h.Level], prev+1)
			prev = h.Level
		}
		return ast.WalkContinue, nil
	})
	for _, img := range images {
		l := ast.NewLink()
		l.Destination = img.Destination
		for c := img.FirstChild(); c != nil; c = img.FirstChild() {
			l.AppendChild(l, c)
		}
		if !l.HasChildren() {
			l.AppendChild(l, ast.NewString(img.Destination))
		}
		img.Parent().ReplaceChild(img.Parent(), img, l)
	}
}

var (
	spaces  = regexp.MustCompile(`\s+`)
	mdSigns = regexp.MustCompile("(?m)^\\s{0,3}#{1,6}\\s.*$|^\\s{0,3}(#{1,6}|>+|[-*+]|\\d{1,3}[.)])\\s+|[*_`]{1,3}|\\[([^\\]]{0,200})\\]\\([^)]{0,500}\\)|^\\|?[-:| ]{3,}\\|?$")
)

// plain takes the words of a Markdown text, cut to n letters.
func (w *writer) plain(src string, n int) string {
	head := cut(src, 6*n)
	s := w.words.Sanitize(head)
	s = xhtml.UnescapeString(s)
	s = mdSigns.ReplaceAllString(s, "$2")
	s = strings.TrimSpace(spaces.ReplaceAllString(s, " "))
	c := cut(s, n)
	if len(c) < len(s) || len(head) < len(src) && len(c) > 0 {
		if i := strings.LastIndexByte(c, ' '); i > len(c)/2 && len(c) < len(s) {
			c = c[:i]
		}
		c = strings.TrimRight(c, " ,;:.") + " …"
	}
	return c
}
