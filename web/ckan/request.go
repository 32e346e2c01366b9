package ckan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Bounds of a request body, checked before anything is parsed.
const (
	maxBody   = 16 << 20
	maxDepth  = 64
	maxFields = 10_000
)

// readArgs takes the arguments from address or body by CKAN's rules.
func (s *Service) readArgs(w http.ResponseWriter, r *http.Request, mayUpload bool) (Args, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return fromValues(r.URL.Query())
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	switch media {
	case "application/json":
		return readJSON(r)
	case "application/x-www-form-urlencoded":
		return readForm(r)
	case "multipart/form-data":
		return s.readMultipart(w, r, mayUpload)
	}
	if body, err := io.ReadAll(io.LimitReader(r.Body, 1)); err == nil && len(body) == 0 {
		return Args{}, nil
	}
	return nil, &apiError{Status: http.StatusUnsupportedMediaType, Plain: "Unsupported media type"}
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &apiError{Status: http.StatusRequestEntityTooLarge, Plain: "Request body too large"}
	}
	if err != nil {
		return nil, badRequest("the body could not be read")
	}
	return body, nil
}

func readJSON(r *http.Request) (Args, error) {
	body, err := readBody(r)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return Args{}, err
	}
	return parseJSON(body)
}

func parseJSON(body []byte) (Args, error) {
	if deep(body) {
		return nil, badRequest("JSON Error: Error decoding JSON data. The data is nested deeper than %d levels", maxDepth)
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

// deep reports whether brackets nest deeper than allowed, before a decoder
// that recurses sees them.
func deep(body []byte) bool {
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
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func readForm(r *http.Request) (Args, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	// What curl -d '{…}' sends: JSON text that looks like one form key.
	if text := bytes.TrimSpace(body); len(text) > 0 && text[0] == '{' {
		if args, jsonErr := parseJSON(text); jsonErr == nil {
			return args, nil
		}
	}
	if err != nil {
		return nil, badRequest("the form could not be read")
	}
	if len(values) == 1 {
		for key, v := range values {
			if len(v) == 1 && (v[0] == "" || v[0] == "1") && strings.HasPrefix(strings.TrimSpace(key), "{") {
				return parseJSON([]byte(key))
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
