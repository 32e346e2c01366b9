package source

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// limeSurvey exports the answers of a survey through RemoteControl 2: it opens a
// session, takes the answers as CSV with codes, and closes the session again,
// whatever happened.
func limeSurvey(ctx context.Context, r *Reader, take func(name string, data []byte) error) error {
	number, err := strconv.Atoi(r.Config["survey"])
	if err != nil || number <= 0 {
		return catalog.Errorf(catalog.KindInvalid, "Die Nummer der Umfrage %.30q ist keine Zahl.", r.Config["survey"])
	}
	l := &lime{Reader: r}
	session, err := l.call(ctx, "get_session_key", r.Config["user"], r.Secret)
	if err != nil {
		return err
	}
	key, ok := session.(string)
	if !ok || key == "" {
		return l.refused("Die Anmeldung bei LimeSurvey ist gescheitert", session)
	}
	defer func() {
		if _, err := l.call(context.WithoutCancel(ctx), "release_session_key", key); err != nil {
			r.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "session",
				Message: catalog.DE("Die Sitzung bei LimeSurvey ließ sich nicht beenden; sie läuft von selbst ab.", "The session at LimeSurvey could not be closed; it ends by itself.")})
		}
	}()
	language := r.Config["language"]
	if language == "" {
		language = "de"
	}
	answer, err := l.call(ctx, "export_responses", key, number, "csv", language, "all", "code", "short")
	if err != nil {
		return err
	}
	packed, ok := answer.(string)
	if !ok {
		if m, isMap := answer.(map[string]any); isMap && strings.Contains(strings.ToLower(text(m["status"])), "no data") {
			r.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "no_answers", Message: catalog.DE("Die Umfrage hat noch keine Antworten.", "The survey has no answers yet.")})
			return nil
		}
		return l.refused("LimeSurvey gibt die Antworten nicht heraus", answer)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' {
			return -1
		}
		return c
	}, packed))
	if err != nil || len(data) == 0 {
		return catalog.Errorf(catalog.KindInvalid, "Die Antworten von LimeSurvey sind nicht richtig verpackt (base64).")
	}
	return take("limesurvey-"+strconv.Itoa(number)+".csv", data)
}

type lime struct {
	*Reader
	id int
}

// call asks one method. Neither password nor session ever stand in an error.
func (l *lime) call(ctx context.Context, method string, params ...any) (result any, err error) {
	l.id++
	body, err := json.Marshal(map[string]any{"method": method, "params": params, "id": l.id})
	if err != nil {
		return nil, err
	}
	_, err = l.Client.Post(ctx, l.URL, "application/json", body, "application/json", func(doc *fetch.Doc) error {
		var answer struct {
			ID     json.Number `json:"id"`
			Result any         `json:"result"`
			Error  any         `json:"error"`
		}
		if err := decode(doc.Text(), &answer); err != nil {
			return catalog.Errorf(catalog.KindInvalid, "%s antwortet nicht in JSON: %v", l.URL, err)
		}
		if answer.Error != nil {
			return fetch.Final(l.refused("LimeSurvey meldet einen Fehler bei "+method, answer.Error))
		}
		if answer.ID.String() != strconv.Itoa(l.id) {
			return catalog.Errorf(catalog.KindInvalid, "%s antwortet auf eine andere Frage.", l.URL)
		}
		result = answer.Result
		return nil
	})
	return result, err
}

// refused tells what the server said.
func (l *lime) refused(what string, answer any) error {
	said := text(answer)
	if m, ok := answer.(map[string]any); ok {
		said = text(first(m, "status", "message"))
	}
	if said == "" || l.Secret != "" && strings.Contains(said, l.Secret) {
		return catalog.Errorf(catalog.KindDenied, "%s.", what)
	}
	return catalog.Errorf(catalog.KindDenied, "%s: %.200s", what, said)
}
