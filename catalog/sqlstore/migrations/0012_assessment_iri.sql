-- Who else has the address of a dataset: harvesters know one dataset by it.
CREATE INDEX assessment_iri ON assessment (iri) WHERE iri <> '';
