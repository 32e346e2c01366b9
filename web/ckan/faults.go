package ckan

import (
	"errors"
	"maps"
	"net/http"

	"trio.example/catalog"
)

// faults collects validation messages by field; CKAN returns all of them at once.
type faults map[string]any

func (f faults) add(field string, messages ...string) {
	list, _ := f[field].([]string)
	f[field] = append(list, messages...)
}

// findings adds what our own rules found.
func (f faults) findings(list []catalog.Finding) {
	for k, v := range findingBody(list) {
		if msgs, ok := v.([]string); ok {
			f.add(k, msgs...)
			continue
		}
		f[k] = v
	}
}

// err is nil when there are no faults.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &apiError{Status: http.StatusConflict, Type: "Validation Error", Body: f}
}

// missing names the required arguments that were not given.
func missing(args Args, names ...string) error {
	f := faults{}
	for _, n := range names {
		if args.Empty(n) {
			f.add(n, "Missing value")
		}
	}
	return f.err()
}

// absent names the required arguments that are not there at all; an empty text
// or null is, and CKAN then looks for what is called so.
func absent(args Args, names ...string) error {
	f := faults{}
	for _, n := range names {
		if !args.Has(n) {
			f.add(n, "Missing value")
		}
	}
	return f.err()
}

// at adds a message to a field of the dictionary at a place in a list.
func (f faults) at(list string, i int, field, message string) {
	rows, _ := f[list].([]any)
	for len(rows) <= i {
		rows = append(rows, map[string]any{})
	}
	addMessage(rows[i].(map[string]any), field, message)
	f[list] = rows
}

// join puts the messages of several validations into one answer, as CKAN checks
// all fields before it answers. What is no validation error goes first.
func join(errs ...error) error {
	f := faults{}
	for _, err := range errs {
		var a *apiError
		switch {
		case err == nil:
		case errors.As(err, &a) && a.Type == "Validation Error" && a.Body["message"] == nil:
			maps.Copy(f, a.Body)
		default:
			return err
		}
	}
	return f.err()
}

// noID is what CKAN's rights say where an object is not named.
func noID(model string) error {
	return withMessage(http.StatusConflict, "Validation Error", "Missing id, can not get "+model+" object")
}

// authID is the id that CKAN's check of rights reads. System administrators pass
// that check and meet the action's own.
func authID(c *Call, model string) (string, error) {
	if !c.Actor.Sysadmin && c.Args.Empty("id") {
		return "", noID(model)
	}
	return c.Args.Given("id")
}
