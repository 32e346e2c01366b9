package ckan

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/web/ckan/solrq"
)

// apiError is an answer in CKAN's error form. Body is the error object without
// its __type; a Plain error is a bare JSON string instead.
type apiError struct {
	Status int
	Type   string
	Body   map[string]any
	Plain  string
}

func (e *apiError) Error() string {
	if e.Plain != "" {
		return e.Plain
	}
	return fmt.Sprintf("%s: %v", e.Type, e.Body)
}

func badRequest(format string, args ...any) *apiError {
	return &apiError{Status: http.StatusBadRequest, Plain: "Bad request: " + fmt.Sprintf(format, args...)}
}

// invalid is CKAN's Validation Error for one field.
func invalid(field string, messages ...string) *apiError {
	return &apiError{Status: http.StatusConflict, Type: "Validation Error", Body: map[string]any{field: messages}}
}

// plainInvalid is a Validation Error whose message is a text instead of a list,
// as some of CKAN's actions write it.
func plainInvalid(field, message string) *apiError {
	return &apiError{Status: http.StatusConflict, Type: "Validation Error", Body: map[string]any{field: message}}
}

func withMessage(status int, typ, message string) *apiError {
	return &apiError{Status: status, Type: typ, Body: map[string]any{"message": message}}
}

func notFound(what string) *apiError {
	if what == "" {
		return withMessage(http.StatusNotFound, "Not Found Error", "Not found")
	}
	return withMessage(http.StatusNotFound, "Not Found Error", "Not found: "+what)
}

func denied(reason string) *apiError {
	if reason == "" {
		return withMessage(http.StatusForbidden, "Authorization Error", "Access denied")
	}
	return withMessage(http.StatusForbidden, "Authorization Error", "Access denied: "+reason)
}

// refused says what somebody may not do with an entry. CKAN names it by its id;
// of what the caller may not see only the words they asked with come back.
func refused(by catalog.Actor, what string, e *catalog.Entry, asked string) *apiError {
	id := e.ID
	if !catalog.CanSee(by, e) {
		id = asked
	}
	return denied("User " + by.Name + " not authorized to " + what + " " + id)
}

// fromKind is the one table from our kinds of error to CKAN's answers.
func fromKind(err *catalog.Error) *apiError {
	switch err.Kind {
	case catalog.KindNotFound:
		return notFound("")
	case catalog.KindDenied, catalog.KindUnauthenticated:
		return denied("")
	case catalog.KindInvalid:
		return &apiError{Status: http.StatusConflict, Type: "Validation Error", Body: findingBody(err.Findings)}
	case catalog.KindConflict:
		return withMessage(http.StatusConflict, "Validation Error", err.Message)
	case catalog.KindTooLarge:
		return withMessage(http.StatusRequestEntityTooLarge, "Validation Error", err.Message)
	case catalog.KindLimited:
		return withMessage(http.StatusTooManyRequests, "Limit Error", err.Message)
	case catalog.KindUnavailable:
		return withMessage(http.StatusServiceUnavailable, "Unavailable Error", err.Message)
	default:
		return nil
	}
}

// asAPIError turns any error into an answer; nil means an internal error whose
// text must stay in the log.
func asAPIError(err error) *apiError {
	var a *apiError
	if errors.As(err, &a) {
		return a
	}
	var c *catalog.Error
	if errors.As(err, &c) {
		return fromKind(c)
	}
	return nil
}

// findingBody gives findings CKAN's shape: field to list of texts, and for
// resources a list of such objects aligned with the input.
func findingBody(findings []catalog.Finding) map[string]any {
	body := map[string]any{}
	resources := map[int]map[string]any{}
	last := -1
	for _, f := range findings {
		if f.Severity != catalog.SeverityError {
			continue
		}
		message := f.Message.In("en")
		if rest, ok := strings.CutPrefix(f.Field, "resources."); ok {
			index, field, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(index); err == nil {
				if resources[i] == nil {
					resources[i] = map[string]any{}
				}
				addMessage(resources[i], field, message)
				last = max(last, i)
				continue
			}
		}
		if f.Field == "" { // about the whole: where every other answer has its text
			if text, more := body["message"].(string); more {
				message = text + " " + message
			}
			body["message"] = message
			continue
		}
		addMessage(body, f.Field, message)
	}
	if last >= 0 {
		list := make([]any, last+1)
		for i := range list {
			list[i] = map[string]any{}
			if m := resources[i]; m != nil {
				list[i] = m
			}
		}
		body["resources"] = list
	}
	return body
}

// addMessage puts a text under its field; one about a group of a repeating field
// (FIELD.N.SUBFIELD) into a list of objects.
func addMessage(body map[string]any, field, message string) {
	if path := strings.Split(field, "."); len(path) == 3 {
		if n, err := strconv.Atoi(path[1]); err == nil && n >= 0 {
			groups, _ := body[path[0]].([]any)
			for len(groups) <= n {
				groups = append(groups, map[string]any{})
			}
			body[path[0]] = groups
			if group, ok := groups[n].(map[string]any); ok {
				addMessage(group, path[2], message)
			}
			return
		}
	}
	list, _ := body[field].([]string)
	body[field] = append(list, message)
}

// Invalid is the answer to an argument that is not valid, for actions that
// other packages add to the table.
func Invalid(field string, messages ...string) error { return invalid(field, messages...) }

// queryError gives a query that cannot be read CKAN's type and status.
func queryError(err error) error {
	var q *solrq.Error
	if !errors.As(err, &q) {
		return err
	}
	if q.Kind == "query" {
		return withMessage(http.StatusBadRequest, "Search Query Error", q.Message)
	}
	return withMessage(http.StatusConflict, "Search Error", q.Message)
}
