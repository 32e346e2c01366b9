package sqlstore

import (
	"encoding/json"
	"fmt"

	"trio.example/catalog"
)

// Template implements catalog.TemplateTx.
func (t *tx) Template(id, version string) (*catalog.Template, []byte, error) {
	var packed, body []byte
	if err := t.row("SELECT doc, body FROM template WHERE id = ? AND version = ?", id, version).Scan(&packed, &body); err != nil {
		return nil, nil, notFound(err, "template")
	}
	doc, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read template %s@%s: %w", id, version, err)
	}
	out := &catalog.Template{}
	return out, doc, json.Unmarshal(body, out)
}

// Templates implements catalog.TemplateTx.
func (t *tx) Templates() ([]*catalog.Template, error) {
	return list(t, "templates", scanJSON[catalog.Template], "SELECT body FROM template ORDER BY id, created, version")
}

// PutTemplate implements catalog.TemplateWriteTx.
func (t *tx) PutTemplate(x *catalog.Template, doc []byte) error {
	return t.putJSON("put template", x, `INSERT INTO template (id, version, created, doc, body) VALUES (?,?,?,?,?)
		ON CONFLICT (id, version) DO UPDATE SET doc = excluded.doc, body = excluded.body`, x.ID, x.Version, micros(x.Created), packer.EncodeAll(doc, nil))
}

// DeleteTemplate implements catalog.TemplateWriteTx.
func (t *tx) DeleteTemplate(id, version string) error {
	return t.derived("delete template", "DELETE FROM template WHERE id = ? AND version = ?", id, version)
}
