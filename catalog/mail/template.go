package mail

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"

	"trio.example/catalog"
)

//go:embed templates/*.txt
var builtin embed.FS

// maxTemplate is the greatest size of a text, in bytes.
const maxTemplate = 32 << 10

// Withheld stands in the outbox where a letter has its link.
const Withheld = "[…]"

// Values are what a text may name.
type Values struct {
	// Portal is the portal's name, SiteURL its address.
	Portal, SiteURL string
	// Name is how the reader is called, Login the account's name.
	Name, Login string
	// Link is what the reader follows, Until when it stops working.
	Link, Until string
	// Organization, Role and By belong to invitations.
	Organization, Role, By string
	// What says what was changed.
	What string
}

// Templates are the portal's texts by name and language.
type Templates struct{ list map[string]*template.Template }

// kinds are the texts there are; secret ones carry a link that lets its reader in.
var kinds = map[string]bool{"reset": true, "invite": true, "added": false, "changed": false, "test": false, "survey": true, "surveyreminder": true, "surveyquestion": true}

// LoadTemplates reads the built-in texts and replaces those for which the
// folder holds a file of the same name. A text with a fault, or one that has
// lost its link, is refused: nobody would get in.
func LoadTemplates(dir string) (*Templates, error) {
	t := &Templates{list: map[string]*template.Template{}}
	names, err := fs.Glob(builtin, "templates/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	for _, name := range names {
		data, err := builtin.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read text: %w", err)
		}
		if err := t.add(path.Base(name), data); err != nil {
			return nil, err
		}
	}
	if dir == "" {
		return t, nil
	}
	own, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	for _, f := range own {
		if !f.IsDir() && strings.HasSuffix(f.Name(), ".txt") {
			if err := t.replace(filepath.Join(dir, f.Name())); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// replace takes a text of the operator's own.
func (t *Templates) replace(file string) error {
	name := filepath.Base(file)
	if t.list[strings.TrimSuffix(name, ".txt")] == nil {
		return catalog.Errorf(catalog.KindInvalid, "%s: Einen Text dieses Namens gibt es nicht; es gibt %s.", file, strings.Join(Names(), ", "))
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	if err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	if len(data) > maxTemplate {
		return catalog.Errorf(catalog.KindInvalid, "%s ist größer als %d Byte.", file, maxTemplate)
	}
	return t.add(name, data)
}

// Names lists the file names of the texts.
func Names() []string {
	names, _ := fs.Glob(builtin, "templates/*.txt") // the pattern is sound
	for i, n := range names {
		names[i] = path.Base(n)
	}
	return names
}

// Builtin returns a text as it is built in.
func Builtin(name string) ([]byte, error) { return builtin.ReadFile("templates/" + name) }

func (t *Templates) add(file string, data []byte) error {
	name := strings.TrimSuffix(file, ".txt")
	fault := func(err error) error {
		return &catalog.Error{Kind: catalog.KindInvalid, Message: fmt.Sprintf("Der Text %s kann nicht verwendet werden: %v", file, err), Err: err}
	}
	if hasControl(string(data), "\n\r\t") {
		return fault(errors.New("er ist kein Text in UTF-8"))
	}
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	parsed, err := template.New(file).Option("missingkey=error").Parse(text)
	if err != nil {
		return fault(err)
	}
	t.list[name] = parsed
	kind, lang, _ := strings.Cut(name, ".")
	subject, body, err := t.Write(kind, lang, Values{
		Portal: "P", SiteURL: "https://p.example", Name: "N", Login: "n", Link: "https://p.example/link?key=K", Until: "U", Organization: "O", Role: "R", By: "B", What: "W",
	})
	if err != nil {
		return fault(err)
	}
	if kinds[kind] && !strings.Contains(body, "https://p.example/link?key=K") {
		return fault(errors.New("{{.Link}} fehlt"))
	}
	if strings.Contains(subject, "key=K") {
		return fault(errors.New("{{.Link}} gehört nicht in den Betreff"))
	}
	return nil
}

// Write fills a text: its first line is the subject, the rest after an empty
// line the body.
func (t *Templates) Write(kind, lang string, v Values) (subject, body string, err error) {
	tmpl := t.list[kind+"."+lang]
	if tmpl == nil {
		if tmpl = t.list[kind+".de"]; tmpl == nil {
			return "", "", fmt.Errorf("no text %q", kind)
		}
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&limited{&b}, v); err != nil {
		return "", "", err
	}
	subject, body, _ = strings.Cut(b.String(), "\n")
	subject, body = strings.TrimSpace(subject), strings.TrimSpace(body)
	for _, label := range []string{"Betreff:", "Subject:"} {
		subject = strings.TrimSpace(strings.TrimPrefix(subject, label))
	}
	if subject == "" || body == "" {
		return "", "", errors.New("die erste Zeile muss der Betreff sein, darunter der Text")
	}
	return subject, body + "\n", nil
}

// limited ends a template that writes without end.
type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > maxText {
		return 0, fmt.Errorf("der Text wird länger als %d Byte", maxText)
	}
	return l.b.Write(p)
}
