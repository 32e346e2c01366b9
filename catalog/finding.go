package catalog

// Severity grades a Finding.
type Severity string

// The three grades: an error stops the thing it was found in, a warning asks
// somebody to look, an info only tells.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Finding is the one form in which imports, validation, the API and forms
// report a problem. Message says what is wrong, Remedy what to do next; both
// are complete sentences. A Finding never carries a value that is not public
// unless the reader of the report may see that value.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is the stable machine key, e.g. "missing:B_title".
	Code string `json:"code"`
	// Field names the field or question concerned, if there is one.
	Field string `json:"field,omitempty"`
	// File, Row and Cell say where in an imported file the problem sits. Row is
	// the record's own reference: a number, or "sheet!row".
	File    string `json:"file,omitempty"`
	Row     string `json:"row,omitempty"`
	Cell    string `json:"cell,omitempty"`
	Message Text   `json:"message"`
	Remedy  Text   `json:"remedy,omitempty"`
}

// HasErrors reports whether one of the findings is an error.
func HasErrors(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == SeverityError {
			return true
		}
	}
	return false
}
