package ckan

import (
	"context"
	"strings"
)

// ckanVersion is what clients see: they switch features by it.
const ckanVersion = "2.12.0"

func (s *Service) statusShow(_ context.Context, _ *Call) (any, error) {
	return map[string]any{
		"site_title": s.cfg.Title, "site_description": s.cfg.Description, "site_url": s.cfg.SiteURL, "error_emails_to": nil,
		"locale_default": "de", "extensions": s.cfg.Extensions, "ckan_version": ckanVersion, "trio_version": s.cfg.Version,
	}, nil
}

func (s *Service) helpShow(_ context.Context, c *Call) (any, error) {
	name, err := c.Args.Required("name")
	if err != nil {
		return nil, err
	}
	a := s.byName[name]
	if a == nil {
		return nil, notFound("Action function not found")
	}
	return a.Help(), nil
}

// Help is the text of help_show, made from the row of the table.
func (a *Action) Help() string {
	var b strings.Builder
	b.WriteString(a.Doc.In("en") + "\n\n" + a.Doc.In("de") + "\n")
	for _, p := range a.Params {
		b.WriteString("\n:param " + p.Name + ": " + p.Doc.In("en"))
		b.WriteString("\n:type " + p.Name + ": " + p.Kind)
		if !p.Required {
			b.WriteString(" (optional)")
		}
	}
	b.WriteString("\n\nAllowed: " + string(a.Auth))
	if a.Free {
		b.WriteString("; GET and POST\n")
	} else {
		b.WriteString("; POST only\n")
	}
	return b.String()
}
