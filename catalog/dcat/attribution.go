package dcat

import (
	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// attributions writes ckanext-dcat's qualified_attribution: who else had a part in a
// dataset, and which. The profile wants both as addresses; what has none is left out.
func attributions(n *rdfio.Node, fields catalog.Fields) {
	if len(n.Get("prov:qualifiedAttribution")) > 0 || n.Types[0] != rdfio.Expand("dcat:Dataset") {
		return
	}
	for _, a := range objectsOf(fields["qualified_attribution"]) {
		role, ok := rdfio.CleanIRI(catalog.Fields(a).String("role"))
		if !ok {
			continue
		}
		who := &rdfio.Node{Types: []string{rdfio.Expand("prov:Attribution")}}
		for _, v := range objectsOf(a["agent"]) {
			if agent, ok := attributed(v); ok {
				who.Add("prov:agent", agent)
			}
		}
		if len(who.Props) == 0 {
			continue
		}
		who.Add("dcat:hadRole", rdfio.IRI(role))
		n.Add("prov:qualifiedAttribution", rdfio.Object{Node: who})
	}
}

// attributed is an agent by its address, described if it has a name.
func attributed(v catalog.Fields) (rdfio.Object, bool) {
	iri, ok := rdfio.CleanIRI(v.String("uri"))
	if !ok {
		return rdfio.Object{}, false
	}
	name := v.String("name")
	if name == "" {
		return rdfio.IRI(iri), true
	}
	agent := &rdfio.Node{IRI: iri, Types: []string{rdfio.Expand("foaf:Agent")}}
	agent.Add("foaf:name", rdfio.Text(name, "de"))
	if page, ok := rdfio.CleanIRI(v.String("url")); ok {
		agent.Add("foaf:homepage", rdfio.IRI(page))
	}
	return rdfio.Object{Node: agent}, true
}
