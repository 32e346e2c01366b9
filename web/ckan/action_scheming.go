package ckan

import (
	"context"
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// schemingTable answers the read actions of ckanext-scheming from the field
// definitions, so that forms and harvesters written for it find the fields.
func (s *Service) schemingTable() []Action {
	var out []Action
	for _, k := range []struct {
		kind   catalog.Type
		de, en string
	}{
		{catalog.TypeDataset, "Datensätzen", "datasets"}, {catalog.TypeOrganization, "Organisationen", "organizations"}, {catalog.TypeGroup, "Gruppen", "groups"},
	} {
		name := "scheming_" + string(k.kind) + "_schema_"
		out = append(out,
			Action{Name: name + "list", Free: true, Auth: AuthAnyone, Run: s.schemingList(k.kind), Example: map[string]any{},
				Doc: catalog.DE("Arten von "+k.de+", deren Felder beschrieben sind.", "Types of "+k.en+" whose fields are described.")},
			Action{Name: name + "show", Free: true, Auth: AuthAnyone, Run: s.schemingShow(k.kind), Example: map[string]any{"type": string(k.kind)},
				Doc: catalog.DE("Felder einer Art von "+k.de+".", "Fields of one type of "+k.en+"."),
				Params: []Param{required("type", "string", "Name der Art", "name of the type"),
					param("expanded", "boolean", "ohne Wirkung: Vorlagen gibt es nicht", "no effect: there are no presets")}})
	}
	return out
}

func (s *Service) schemingList(kind catalog.Type) RunFunc {
	return func(context.Context, *Call) (any, error) {
		names := []string{string(kind)}
		for _, t := range s.defs.CityTypes(kind) {
			names = append(names, t.Name)
		}
		slices.Sort(names)
		return slices.Compact(names), nil
	}
}

func (s *Service) schemingShow(kind catalog.Type) RunFunc {
	return func(_ context.Context, c *Call) (any, error) {
		name, err := c.Args.Required("type")
		if err != nil {
			return nil, err
		}
		t := s.defs.CityType(kind, name)
		if t == nil && name != string(kind) {
			return nil, notFound("")
		}
		out := map[string]any{"scheming_version": 2, string(kind) + "_type": name}
		if t != nil {
			maps.Copy(out, t.Source)
			if out["about"] == nil && out["label"] != nil {
				out["about"] = out["label"]
			}
			return out, nil
		}
		out["about"] = "DCAT-AP.de 3.0"
		def := s.defs.Of(kind)
		if kind == catalog.TypeDataset {
			out["dataset_fields"], out["resource_fields"] = schemingFields(def.Fields), schemingFields(def.Parts)
		} else {
			out["fields"] = schemingFields(def.Fields)
		}
		return out, nil
	}
}

// schemingFields describes our own definitions in ckanext-scheming's words.
func schemingFields(defs []schema.Field) []any {
	out := []any{}
	for i := range defs {
		f := &defs[i]
		name := f.CKAN.Key
		if name == "" {
			name = f.CKAN.Extra
		}
		if name == "" || f.Visibility != catalog.LevelPublic || f.City {
			continue
		}
		d := map[string]any{"field_name": name, "label": f.Label, "required": f.Required == "mandatory"}
		if len(f.Help) > 0 {
			d["help_text"] = f.Help
		}
		if preset := presets[f.Kind]; preset != "" {
			d["preset"] = preset
		}
		if f.Vocab != "" {
			choices := []any{}
			for _, concept := range vocab.List(f.Vocab) {
				choices = append(choices, map[string]any{"value": concept.URI, "label": concept.Label})
			}
			d["choices"] = choices
		}
		out = append(out, d)
	}
	return out
}

// presets are those of ckanext-scheming that fit our kinds of field.
var presets = map[schema.Kind]string{
	schema.KindMarkdown: "markdown", schema.KindTags: "tag_string_autocomplete", schema.KindTexts: "multiple_text", schema.KindURIs: "multiple_text",
	schema.KindConcept: "select", schema.KindConcepts: "multiple_select", schema.KindDate: "date", schema.KindJSON: "json_object",
}
