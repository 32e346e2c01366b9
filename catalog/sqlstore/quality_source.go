package sqlstore

import "trio.example/catalog"

// AssessedBySource implements catalog.QualityTx.
func (t *tx) AssessedBySource(owners []string) ([]catalog.SourceAssessment, error) {
	c := conditions{}
	c.parts = append(c.parts, "origin_source LIKE 'harvest:%'")
	c.in("org", owners)
	return list(t, "assessments by source", func(scan func(...any) error) (a catalog.SourceAssessment, err error) {
		err = scan(&a.Origin, &a.Datasets, &a.Held, &a.Points)
		return a, err
	}, "SELECT origin_source, count(*), sum(held), avg(points) FROM assessment JOIN entry ON id = entry_id"+c.where()+" GROUP BY origin_source ORDER BY origin_source", c.args...)
}
