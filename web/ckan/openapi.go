package ckan

import "maps"

// OpenAPI describes the API in OpenAPI 3.1, made from the action table.
func (s *Service) OpenAPI() map[string]any {
	paths := map[string]any{}
	for i := range s.actions {
		a := &s.actions[i]
		post := a.operation()
		post["operationId"] = a.Name
		if !a.Free {
			answers := post["responses"].(map[string]any)
			for status, what := range map[string]string{"412": "somebody changed the entry (If-Match)", "422": "the Idempotency-Key belongs to another request"} {
				answers[status] = map[string]any{"description": what, "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/Failure"}}}}
			}
			post["parameters"] = []any{
				map[string]any{"name": "If-Match", "in": "header", "required": false, "schema": map[string]any{"type": "string"}, "description": "ETag or revision that the entry must have"},
				map[string]any{"name": "Idempotency-Key", "in": "header", "required": false, "schema": map[string]any{"type": "string", "pattern": "^[!-~]{1,255}$"}, "description": "makes it safe to send the request again"},
			}
		}
		answers := post["responses"].(map[string]any)
		answers["415"] = map[string]any{"description": "neither JSON nor a form", "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/BadRequest"}}}}
		post["requestBody"] = map[string]any{
			"required": false,
			"content":  map[string]any{"application/json": map[string]any{"schema": a.bodySchema()}},
		}
		path := map[string]any{"post": post}
		if a.Free {
			get := a.operation()
			get["operationId"] = a.Name + "_get"
			get["parameters"] = a.queryParams()
			path["get"] = get
		}
		paths["/api/3/action/"+a.Name] = path
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": s.cfg.Title, "version": s.cfg.Version, "description": s.cfg.Description,
			"license": map[string]any{"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
		},
		"servers": []any{map[string]any{"url": s.cfg.SiteURL}},
		"paths":   paths,
		"components": map[string]any{
			"securitySchemes": map[string]any{"token": map[string]any{"type": "apiKey", "in": "header", "name": "Authorization"}},
			"schemas":         envelopeSchemas(),
		},
	}
}

func envelopeSchemas() map[string]any {
	object := func(required []string, props map[string]any) map[string]any {
		return map[string]any{"type": "object", "required": required, "properties": props}
	}
	text, truth := map[string]any{"type": "string"}, map[string]any{"type": "boolean"}
	out := objectSchemas()
	maps.Copy(out, map[string]any{
		"Success": success(shape{}),
		"Failure": object([]string{"help", "success", "error"}, map[string]any{
			"help": text, "success": truth, "error": object([]string{"__type"}, map[string]any{"__type": text, "message": text}),
		}),
		"BadRequest": text,
	})
	return out
}

func (a *Action) operation() map[string]any {
	ref := func(name string) map[string]any {
		return map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/" + name}}}
	}
	either := map[string]any{"application/json": map[string]any{
		"schema": map[string]any{"anyOf": []any{map[string]any{"$ref": "#/components/schemas/BadRequest"}, map[string]any{"$ref": "#/components/schemas/Failure"}}},
	}}
	done := ref("Success")
	if a.Result != nil {
		done = map[string]any{"application/json": map[string]any{"schema": success(a.Result)}}
	}
	op := map[string]any{
		"summary": a.Doc.In("en"), "description": a.Help(), "tags": []string{"action"},
		"responses": map[string]any{
			"200": map[string]any{"description": "success", "content": done},
			"400": map[string]any{"description": "the request could not be read", "content": either},
			"403": map[string]any{"description": "not allowed", "content": ref("Failure")},
			"404": map[string]any{"description": "not found", "content": ref("Failure")},
			"409": map[string]any{"description": "not valid", "content": ref("Failure")},
			"413": map[string]any{"description": "the body is too large", "content": either},
			"429": map[string]any{"description": "too many requests", "content": ref("Failure")},
			"503": map[string]any{"description": "not available at the moment", "content": ref("Failure")},
		},
	}
	if a.Auth != AuthAnyone {
		op["security"] = []any{map[string]any{"token": []string{}}}
	}
	return op
}

func (p Param) schema() map[string]any {
	out := map[string]any{"description": p.Doc.In("en")}
	switch p.Kind {
	case "integer":
		// Texts are accepted too, as forms and addresses send them.
		out["type"] = []string{"integer", "string"}
	case "boolean":
		out["type"] = []string{"boolean", "string"}
	case "list":
		out["type"] = []string{"array", "string"}
	case "object":
		out["type"] = "object"
	default:
		out["type"] = "string"
	}
	if p.Default != nil {
		out["default"] = p.Default
	}
	return out
}

func (a *Action) bodySchema() map[string]any {
	props := map[string]any{}
	needed := []string{}
	for _, p := range a.Params {
		props[p.Name] = p.schema()
		if p.Required {
			needed = append(needed, p.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": props}
	if len(needed) > 0 {
		out["required"] = needed
	}
	if a.Example != nil {
		out["examples"] = []any{maps.Clone(a.Example)}
	}
	return out
}

func (a *Action) queryParams() []any {
	out := []any{}
	for _, p := range a.Params {
		out = append(out, map[string]any{"name": p.Name, "in": "query", "required": p.Required, "schema": p.schema()})
	}
	return out
}
