package ckan

import (
	"trio.example/catalog"
)

// subfields are the repeating fields of ckanext-dcat's schemas for
// ckanext-scheming and what their parts are called here.
var subfields = map[string]map[string]string{
	"publisher":         {"name": "publisher_name", "email": "publisher_email", "url": "publisher_url", "type": "publisher_type", "uri": "publisher_uri"},
	"creator":           {"name": "author", "email": "author_email", "url": "author_url", "type": "author_type"},
	"contact":           {"name": "contact_name", "email": "contact_email", "telephone": "contact_phone", "url": "contact_url", "uri": "contact_uri"},
	"spatial_coverage":  {"uri": "spatial_uri", "text": "spatial_text", "geom": "spatial", "bbox": "spatial_bbox", "centroid": "spatial_centroid"},
	"temporal_coverage": {"start": "temporal_start", "end": "temporal_end"},
}

// draftSubfields takes the scheming form of DCAT's nested values: the first of
// each list that has one. A list may also come as JSON text, as a form sends it.
func draftSubfields(args Args, fields catalog.Fields) {
	for key, parts := range subfields {
		list, _ := args[key].([]any)
		if s, ok := args[key].(string); ok && !isJSON(s, &list) {
			continue
		}
		for _, x := range list {
			m, _ := x.(map[string]any)
			found := false
			for part, field := range parts {
				if v := toText(m[part]); v != "" {
					fields.Set(field, v)
					found = true
				}
			}
			if found {
				break
			}
		}
	}
}
