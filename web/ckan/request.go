package ckan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"trio.example/catalog"
)

// Bounds of a request body, checked before anything is parsed.
const (
	maxBody   = 16 << 20
	maxDepth  = 64
	maxFields = 10_000
	// maxValues counts texts, numbers, lists and objects. Decoded, the smallest
	// of them takes fifty times the two bytes it was sent as, so that the size of
	// a body alone bounds nothing.
	maxValues = 200_000
	// Who is not signed in only asks, and questions are short.
	maxStrangerBody   = 1 << 20
	maxStrangerValues = 20_000
)

// bounds are how much may be sent.
type bounds struct {
	body   int64
	values int
	upload bool
}

var (
	stranger = bounds{body: maxStrangerBody, values: maxStrangerValues}
	signedIn = bounds{body: maxBody, values: maxValues, upload: true}
	// ours is for what was stored and is read back.
	ours = bounds{values: math.MaxInt}
)

// boundsFor is what somebody may send to an action.
func boundsFor(by catalog.Actor, a *Action) bounds {
	if by.IsAnonymous() {
		return stranger
	}
	b := signedIn
	b.upload = !a.Free
	return b
}

// readArgs takes the arguments from address or body by CKAN's rules.
func (s *Service) readArgs(w http.ResponseWriter, r *http.Request, b bounds) (Args, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return fromValues(r.URL.Query())
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	switch media {
	case "application/json":
		return readJSON(r, b)
	case "application/x-www-form-urlencoded":
		return readForm(r, b)
	case "multipart/form-data":
		return s.readMultipart(w, r, b)
	}
	if body, err := io.ReadAll(io.LimitReader(r.Body, 1)); err == nil && len(body) == 0 {
		return Args{}, nil
	}
	return nil, &apiError{Status: http.StatusUnsupportedMediaType, Plain: "Unsupported media type"}
}

func readBody(r *http.Request, b bounds) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, b.body))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &apiError{Status: http.StatusRequestEntityTooLarge, Plain: "Request body too large"}
	}
	if err != nil {
		return nil, badRequest("the body could not be read")
	}
	return body, nil
}

func readJSON(r *http.Request, b bounds) (Args, error) {
	body, err := readBody(r, b)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return Args{}, err
	}
	return parseJSON(body, b)
}

func parseJSON(body []byte, b bounds) (Args, error) {
	switch depth, values := measure(body); {
	case depth > maxDepth:
		return nil, badRequest("JSON Error: Error decoding JSON data. The data is nested deeper than %d levels", maxDepth)
	case values > b.values:
		return nil, badRequest("JSON Error: Error decoding JSON data. The data has more than %d values", b.values)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errors.New("extra data")
		}
	}
	if err != nil {
		return nil, badRequest("JSON Error: Error decoding JSON data. Error: %v JSON data extracted from the request: %.200q", err, body)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, badRequest("JSON Error: Request data JSON decoded to %.200s but it needs to be a dictionary.", cmp.Or(toText(v), "None"))
	}
	return m, nil
}

// measure says how deep brackets nest and how many values there are, before a
// decoder that recurses and makes something of each value sees them.
func measure(body []byte) (deepest, values int) {
	depth, quoted, escaped := 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			values++
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		case c == ',' || c == ':':
			values++
		}
	}
	return deepest, values
}

// isJSON reads JSON that stands in a text, as forms send lists and objects.
func isJSON(text string, into any) bool {
	depth, values := measure([]byte(text))
	return depth <= maxDepth && values <= maxValues && json.Unmarshal([]byte(text), into) == nil
}

func readForm(r *http.Request, b bounds) (Args, error) {
	body, err := readBody(r, b)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	// What curl -d '{…}' sends: JSON text that looks like one form key.
	if text := bytes.TrimSpace(body); len(text) > 0 && text[0] == '{' {
		if args, jsonErr := parseJSON(text, b); jsonErr == nil {
			return args, nil
		}
	}
	if err != nil {
		return nil, badRequest("the form could not be read")
	}
	if len(values) == 1 {
		for key, v := range values {
			if len(v) == 1 && (v[0] == "" || v[0] == "1") && strings.HasPrefix(strings.TrimSpace(key), "{") {
				return parseJSON([]byte(key), b)
			}
		}
	}
	return fromValues(values)
}

// fromValues takes parameters as they stand in an address: one value is a
// text, several are a list.
func fromValues(values url.Values) (Args, error) {
	if len(values) > maxFields {
		return nil, badRequest("too many parameters")
	}
	args := Args{}
	for name, v := range values {
		if len(v) == 1 {
			args[name] = v[0]
			continue
		}
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		args[name] = list
	}
	return args, nil
}
