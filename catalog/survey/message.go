package survey

import (
	"fmt"

	"trio.example/catalog"
)

// texts are the sentences of findings about a record. %s is the question's
// label. No sentence contains an answer: reports are read by more people than
// may see every answer.
var texts = map[string][4]string{
	"missing": {"Die Angabe „%s“ fehlt.", "The answer “%s” is missing.",
		"Bitte bei der Dienststelle nachfragen und ergänzen.", "Ask the office and add it."},
	"invalid": {"Die Angabe „%s“ ist nicht lesbar oder passt zu keiner Auswahl.", "The answer “%s” cannot be read or fits no option.",
		"Bitte eine der vorgesehenen Antworten eintragen.", "Enter one of the answers offered."},
	"not_submitted": {"Die Abfrage wurde nicht abgesendet.", "The survey was not submitted.",
		"Bitte den Entwurf vervollständigen und absenden.", "Complete the draft and submit it."},
	"hidden_answer":        {"Die Frage „%s“ trifft hier nicht zu; die Antwort wurde nicht übernommen.", "The question “%s” does not apply here; the answer was not taken over.", "", ""},
	"system_field_ignored": {"„%s“ wird vom System geführt; die Angabe in der Datei ist wirkungslos.", "“%s” is kept by the system; the value in the file has no effect.", "", ""},
	"html_removed":         {"Aus „%s“ wurden HTML-Befehle entfernt.", "HTML was removed from “%s”.", "", ""},
	"control_chars":        {"Aus „%s“ wurden unsichtbare Steuerzeichen entfernt.", "Invisible control characters were removed from “%s”.", "", ""},
	"fuzzy": {"Die Antwort auf „%s“ wurde trotz Schreibfehlers erkannt.", "The answer to “%s” was recognised in spite of a slip.",
		"Bitte die erkannte Auswahl bestätigen.", "Please confirm the option recognised."},
	"public_mail": {"In „%s“ steht eine E-Mail-Adresse; diese Angabe kann veröffentlicht werden.", "“%s” holds an e-mail address; this answer may be published.",
		"Bitte herausnehmen oder ein Funktionspostfach unter der eigenen Frage angeben.", "Take it out, or give a functional mailbox under its own question."},
	"public_phone": {"In „%s“ steht wohl eine Telefonnummer; diese Angabe kann veröffentlicht werden.", "“%s” seems to hold a telephone number; this answer may be published.",
		"Bitte herausnehmen, wenn sie einer Person gehört.", "Take it out if it belongs to a person."},
	"public_name": {"In „%s“ steht wohl der Name einer Person; diese Angabe kann veröffentlicht werden.", "“%s” seems to hold the name of a person; this answer may be published.",
		"Bitte durch eine Funktion ersetzen, etwa „Leitung“.", "Replace it by a function, such as “head of office”."},
	"unknown_question":          {"Die Angabe „%s“ gehört zu keiner Frage dieser Vorlage.", "“%s” belongs to no question of this template.", "", ""},
	"newer_record_with_same_id": {"Zu dieser Kennung liegt ein neuerer Datensatz vor.", "There is a newer record with this id.", "", ""},
	"column_mismatch": {"Die Zeile hat eine andere Zahl von Spalten als die Kopfzeile.", "The row has another number of columns than the header.",
		"Bitte die Zeile in der Ursprungsdatei prüfen.", "Check the row in the original file."},
	"response_invalid": {"Die Antwort hat nicht den vorgesehenen Aufbau.", "The response is not built as expected.",
		"Bitte die Antwort in der Ursprungsdatei prüfen.", "Check the response in the original file."},
	"unterminated_quote": {"In der Zeile wird ein Anführungszeichen nicht geschlossen.", "A quotation mark in the row is not closed.",
		"Bitte die Zeile in der Ursprungsdatei prüfen.", "Check the row in the original file."},
}

// note makes the finding of a code for a question, or for another name.
func note(sev catalog.Severity, code string, q *Question, name string) catalog.Finding {
	f := catalog.Finding{Severity: sev, Code: code}
	de, en := name, name
	if q != nil {
		f.Code, f.Field = code+":"+q.ID, q.ID
		de, en = q.Label.In("de"), q.Label.In("en")
	} else if name != "" {
		f.Code = code + ":" + name
	}
	s := texts[code]
	f.Message = catalog.DE(fill(s[0], de), fill(s[1], en))
	if s[2] != "" {
		f.Remedy = catalog.DE(s[2], s[3])
	}
	return f
}

func fill(format, name string) string {
	if name == "" {
		return format
	}
	return fmt.Sprintf(format, name)
}

func brokenFinding(code string) catalog.Finding {
	return note(catalog.SeverityError, code, nil, "")
}
