package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trio.example/catalog/mail/mailtest"
)

// plain are the answers of an office that hides nothing; the crawl puts its words
// in their place.
var plain = obj{
	"A_city": "muc", "A_org1": "Baureferat", "A_org2": "Tiefbauamt", "A_form": "kern", "A_role": "fach", "A_funcmail": "post@stadt.example", "B_kind": "geo", "B_theme": []any{"envi"}, "B_spatial": "adr", "B_freq": "quart",
	"C_operator": "akdb", "C_storage": []any{"gis"}, "C_format": []any{"csv"}, "C_ids": "ja", "C_model": "ja", "D_iface": []any{"wfs"}, "D_vendor": "tick", "D_form": "pull", "D_orgform": "stat", "D_agreed": "ja", "D_network": "inet",
	"E_personal": "kein", "E_secrecy": []any{"kein"}, "E_third": "kein", "E_licence": "cc0", "E_hvd": "kein", "F_complete": "2", "F_current": "2", "F_accuracy": "2", "F_doc": "2", "G_will": "ja", "G_benefit": "mitt", "G_effort": "m", "G_pub": "nein", "H_isreg": "nein", "I_confirm": "ja",
}

// answers are those of one holding with a hidden word wherever one fits. open
// says for whom the answers are that become public once the holding is.
func (w *crawled) answers(what, open string, more obj) obj {
	a := maps.Clone(plain)
	for id, circle := range map[string]string{
		"A_unit": inside, "A_name": never, "C_system": partners, "C_vendor": partners, "C_version": inside, "C_path": inside, "C_idtext": partners, "C_formato": partners, "D_agreedby": never, "E_thirdtext": inside, "F_issues": inside, "I_note": inside,
	} {
		a[id] = w.text(circle, what+strings.ToLower(strings.ReplaceAll(id, "_", "")))
	}
	a["A_mail"], a["D_url"] = w.word(never, what+"mail")+"@stadt.example", "https://"+w.word(inside, what+"url")+".intern.example/x"
	a["C_attrs"], a["B_related"] = []any{w.word(inside, what+"attr")}, []any{w.word(partners, what+"related")}
	if open != "" {
		for _, id := range []string{"B_title", "B_desc", "B_spatialtext", "B_keywords", "A_owner"} {
			a[id] = w.text(open, what+strings.ToLower(strings.ReplaceAll(id, "_", "")))
		}
		a["B_desc"] = "Flächen mit " + fmt.Sprint(a["B_desc"]) + " und anderem."
	}
	maps.Copy(a, more)
	return a
}

func (w *crawled) importAnswers(city, code string, list ...obj) {
	w.t.Helper()
	var responses []any
	for i, a := range list {
		a["A_city"] = code
		responses = append(responses, obj{"id": fmt.Sprint(a["B_localid"], i), "status": "subm", "submitted_at": "2026-01-16T13:42:11Z", "updated_at": "2026-01-16T13:42:11Z", "answers": a})
	}
	out := w.must("sysadmin", "survey_import", obj{"city": city, "document": obj{"format": "trio.survey.responses/1", "template": obj{"id": "man-datensilo", "version": "1.0.0"}, "city": code, "exported_at": "2026-04-01T08:00:00Z", "responses": responses}})
	if text, _ := json.Marshal(out); strings.Contains(string(text), `"rejected":1`) {
		w.t.Logf("import: %s", text)
	}
}

// newCrawled fills a portal with something hidden of every kind.
func newCrawled(t *testing.T, poison string) *crawled {
	t.Helper()
	w := &crawled{poison: poison, hidden: map[string]string{}, byParam: map[string][]string{}, told: map[string]bool{}}
	w.world = &world{t: t, tokens: map[string]string{"": ""}}
	data := filepath.Join(t.TempDir(), "data")
	w.plantSources(data)
	letters := mailtest.Start(t, "plain", "")
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", data, "--log-level", "debug", "--smtp", "smtp://"+letters.Addr, "--mail-from", "portal@stadt.example", "--nightly", "off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	w.server, w.letters = s, letters
	w.tokens["sysadmin"] = s.Token
	w.root = &who{name: "root", token: s.Token, client: w.signIn(s.Login, s.Password)}

	w.readers = append(w.readers, &who{name: "anonymous"})
	w.must("sysadmin", "organization_create", obj{"name": "fremdamt", "title": "Fremdamt"})
	w.reader("stranger", nil)
	for _, role := range []string{"member", "editor", "admin"} {
		w.reader("foreign-"+role, map[string]string{"fremdamt": role})
	}
	w.reader("partner", map[string]string{"nuernberg": "admin"}, partners)
	w.reader("own-member", map[string]string{"muenchen": "member"}, partners, inside)
	w.reader("checker", nil, reviewer)

	w.plantCatalog()
	w.plantPeople()
	w.plantAnswers()
	w.plantRound()
	w.plantTemplate()
	w.value("hausamt", "muenchen", "augsburg", "man-datensilo@1.0.0", "1", "0", "nirgends")
	w.byParam["token"] = []string{strings.Repeat("A", 43)}
	w.settle()
	return w
}

// settle waits until the index has seen everything: what it leaks shows only then.
func (w *crawled) settle() {
	for range 200 {
		if w.look("", "/readyz").status == http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatal("the index does not catch up")
}

// plantSources harvests two sources before the portal starts: one that lies in
// the own network with a password and records that fail, and one of everybody.
func (w *crawled) plantSources(data string) {
	t := w.t
	raw, broken, path := w.text(never, "rohfeld"), w.text(never, "kaputt"), w.word(never, "pfad")
	doc := obj{"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": []any{
		obj{"identifier": "q-1", "title": "Aus der Quelle", "description": "Offen", "internalRemark": raw, "accessLevel": "public", "modified": "2026-01-01", "license": "https://creativecommons.org/publicdomain/zero/1.0/", "distribution": []any{obj{"downloadURL": "https://offen.example/q.csv", "mediaType": "text/csv"}}},
		obj{"description": broken, "accessLevel": "public"}, // neither title nor identifier
	}}
	var text atomic.Value // the source answers from a goroutine of its own
	first, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	text.Store(first)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(text.Load().([]byte))
	}))
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("Bearer "+w.word(never, "quellpasswort")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"quellpasswort", "haken", "antwort"} { // kept encrypted or not at all
		w.told["unseen "+stem+s] = true
	}
	name := w.name(never, "quelleninnen")
	if _, errs, code := trio(t, "harvest", "source", "add", name, srv.URL+"/"+path+"/data.json", "--kind", "datajson", "--org", "hausamt", "--org-title", "Hausamt", "--label", w.text(never, "quelltitel"), "--every", "0", "--option", "delay=0", "--inside", "--secret-file", file,
		"--notify", "https://chat.example/"+w.word(never, "haken"), "--data", data); code != 0 {
		t.Fatal(errs)
	}
	if j := harvest(t, data, name); j.State != "finished" {
		t.Fatalf("harvest: %+v", j)
	}
	// A second run fails, so that there is something to report.
	text.Store([]byte(`{"` + w.word(never, "antwort")))
	harvest(t, data, name)
}

// plantCatalog hides datasets, an organization and a group.
func (w *crawled) plantCatalog() {
	w.must("sysadmin", "organization_patch", obj{"id": "hausamt", "title": "Hausamt"})
	w.must("sysadmin", "group_create", obj{"name": "thema-haus", "title": "Thema"})
	full := func(what string) obj {
		return obj{
			"title": w.text(never, what+"titel"), "notes": "Text " + w.text(never, what+"notes"), "owner_org": "hausamt", "private": true, "tags": []any{obj{"name": w.word(never, what+"wort")}}, "groups": []any{obj{"name": "thema-haus"}},
			"author": w.text(never, what+"urheber"), "maintainer": w.text(never, what+"pflege"), "maintainer_email": w.word(never, what+"post") + "@stadt.example", "url": "https://" + w.word(never, what+"seite") + ".example/", "version": w.word(never, what+"fassung"),
			"extras":    []any{obj{"key": "hausnotiz", "value": w.text(never, what+"extra")}, obj{"key": w.word(never, what+"schluessel"), "value": "1"}},
			"resources": []any{obj{"url": "https://" + w.word(never, what+"adresse") + ".example/x", "name": w.text(never, what+"datei"), "description": w.text(never, what+"beschreibung"), "format": w.text(never, what+"format"), "hausfeld": w.text(never, what+"feld")}},
		}
	}
	clean := obj{"title": "Gezeigt", "notes": "Offen", "tags": []any{}, "extras": []any{}, "resources": []any{}, "groups": []any{}, "author": "", "maintainer": "", "maintainer_email": "", "url": "", "version": "", "private": false}
	ids := map[string]string{}
	for _, what := range []string{"privat", "entwurf", "geloescht", "gezeigt", "frueher", "purged"} {
		d := full(what)
		if d["name"] = what + "-im-haus"; what != "gezeigt" && what != "frueher" {
			d["name"] = w.name(never, what+"name")
		}
		if what == "entwurf" {
			d["state"] = "draft"
		}
		made := w.must("sysadmin", "package_create", d)
		ids[what] = fmt.Sprint(made["id"])
		w.id(never, made["resources"].([]any)[0].(obj)["id"])
		if what != "gezeigt" && what != "frueher" {
			w.id(never, made["id"])
		}
		w.value(ids[what], fmt.Sprint(d["name"]))
	}
	show := func(what string) {
		p := maps.Clone(clean)
		p["id"] = ids[what]
		w.must("sysadmin", "package_patch", p)
	}
	show("gezeigt")
	show("frueher")
	w.must("sysadmin", "package_patch", obj{"id": ids["frueher"], "private": true, "title": w.text(never, "wiederverborgen"), "tags": []any{obj{"name": w.word(never, "wiederwort")}}})
	w.must("sysadmin", "package_delete", obj{"id": ids["geloescht"]})
	w.must("sysadmin", "package_delete", obj{"id": ids["purged"]})
	w.must("sysadmin", "dataset_purge", obj{"id": ids["purged"]})
	for s := range w.hidden {
		if strings.HasPrefix(s, stem+"purged") || s == ids["purged"] {
			w.told["unseen "+s] = true // nobody has it any more
		}
	}
	for i, r := range w.must("sysadmin", "package_show", obj{"id": ids["privat"]})["resources"].([]any) {
		if i == 0 {
			w.id(never, w.must("sysadmin", "resource_view_create", obj{"resource_id": r.(obj)["id"], "title": w.text(never, "ansicht"), "view_type": "text_view"})["id"])
		}
	}
	for _, rel := range []obj{{"subject": ids["gezeigt"], "object": ids["privat"], "type": "child_of", "comment": w.text(never, "beziehung")}, {"subject": ids["privat"], "object": ids["gezeigt"], "type": "depends_on"}} {
		w.must("sysadmin", "package_relationship_create", rel)
	}
	w.must("sysadmin", "package_create", obj{"name": "reihe-im-haus", "title": w.word(never, "reihentitel"), "owner_org": "hausamt", "private": true})
	w.must("sysadmin", "package_patch", obj{"id": ids["gezeigt"], "extras": []any{obj{"key": "in_series", "value": fmt.Sprint(w.must("sysadmin", "package_show", obj{"id": "reihe-im-haus"})["id"])}}})
	w.must("sysadmin", "package_patch", obj{"id": ids["privat"], "extras": []any{obj{"key": "in_series", "value": ids["gezeigt"]}, obj{"key": "hausnotiz", "value": w.word(never, "nochextra")}}})
	for _, s := range []string{"privatextra", "privatschluessel"} {
		w.told["unseen "+stem+s] = true // written over
	}
	up := w.upload("sysadmin", "resource_create", "upload", w.word(never, "hochgeladen")+".csv", []byte("a;b\n"+w.word(never, "inhalt")+";1\n"), map[string]string{"package_id": ids["privat"], "name": "Datei"})
	if up.status != http.StatusOK {
		w.t.Fatalf("upload: %d %.300s", up.status, up.text)
	}
	w.id(never, up.json()["id"])
	w.byParam["file"] = []string{stem + "hochgeladen.csv", "x.csv"}
	file := w.upload("sysadmin", "file_create", "upload", w.word(never, "ablage")+".txt", []byte(w.word(never, "ablageinhalt")), map[string]string{"name": w.text(never, "ablagename")})
	if file.status != http.StatusOK {
		w.t.Fatalf("file_create: %d %.300s", file.status, file.text)
	}
	w.id(never, file.json()["id"])
	for kind, create := range map[string]string{"organization": "organization_create", "group": "group_create"} {
		g := w.must("sysadmin", create, obj{"name": w.name(never, kind+"name"), "title": w.text(never, kind+"titel"), "description": w.text(never, kind+"text"), "extras": []any{obj{"key": "notiz", "value": w.text(never, kind+"extra")}}})
		w.id(never, g["id"])
		w.must("sysadmin", kind+"_delete", obj{"id": g["id"]})
	}
	w.value(ids["gezeigt"], "thema-haus")
	w.byParam["name"] = slices.Clone(w.values)
	w.byParam["id"] = slices.Clone(w.values)
}

// plantPeople hides what an account keeps for itself, and an invitation.
func (w *crawled) plantPeople() {
	u := w.must("sysadmin", "user_create", obj{"name": "quarzperson", "email": w.word(never, "kontopost") + "@stadt.example", "password": "lange " + w.word(never, "kennwort") + " 2026", "fullname": "Jemand", "about": "Notiz", "plugin_extras": obj{"notiz": w.word(never, "plugin")}})
	w.value(fmt.Sprint(u["id"]), "quarzperson")
	for _, s := range []string{"kennwort"} {
		w.told["unseen "+stem+s] = true
	}
	w.must("sysadmin", "organization_member_create", obj{"id": "hausamt", "username": "quarzperson", "role": "editor"})
	made := w.must("sysadmin", "api_token_create", obj{"user": "quarzperson", "name": w.text(never, "tokenname")})
	w.id(never, made["id"])
	random := strings.TrimPrefix(strings.ToLower(fmt.Sprint(made["token"])), "trio_")
	w.hidden[random], w.told["unseen "+random] = never, true
	w.tokens["person"] = fmt.Sprint(made["token"])
	w.must("person", "follow_dataset", obj{"id": stem + "privatname"})
	w.must("person", "package_patch", obj{"id": stem + "privatname", "version": w.word(never, "tatversion")})
	w.must("sysadmin", "user_invite", obj{"email": w.word(accounts, "eingeladen") + "@stadt.example", "group_id": "hausamt", "role": "member"})
	m := keyInLetter.FindStringSubmatch(w.letters.Wait(w.t, 1)[0].Text)
	if m == nil {
		w.t.Fatal("no key in the invitation")
	}
	w.hidden[strings.ToLower(m[2])] = never
	w.told["unseen "+strings.ToLower(m[2])] = true
}

// plantAnswers imports holdings: one that is published, one that is withheld and
// one that nobody approved.
func (w *crawled) plantAnswers() {
	pub := w.answers("offen", "", obj{"B_localid": "MUC-Q1", "B_title": "Brunnen am Platz", "B_desc": "Alle Brunnen mit Lage und Baujahr, gepflegt vom Tiefbauamt.", "B_keywords": "Brunnen", "G_pub": "ja", "G_puburl": "https://www.muenchen.example/brunnen", "E_third": "gekl"})
	kept := w.answers("zurueck", partners, obj{"B_localid": "MUC-Q2", "A_org2": w.text(partners, "dienststelle"), "E_personal": "ja", "E_derive": "nein", "E_dpo": "obj", "E_third": "sperr", "G_will": "nein", "G_reason": w.text(inside, "grund"), "E_metapub": "nein", "E_art30": w.word(never, "verfahren")})
	w.importAnswers("muenchen", "muc", pub, kept)
	w.must("sysadmin", "survey_approve", obj{"city": "muenchen", "all_publishable": true})
	late := w.answers("offenspaeter", partners, obj{"B_localid": "MUC-Q3", "G_pub": "ja", "G_puburl": "https://www.muenchen.example/spaeter", "E_third": "gekl"})
	w.importAnswers("muenchen", "muc", late)
}

// plantRound opens a round: an office that reads with its link, and another one
// whose answers, threads and contacts it must not see.
func (w *crawled) plantRound() {
	r := w.must("sysadmin", "survey_round_create", obj{"city": "muenchen", "title": w.text(invited+"+"+reviewer+"+"+standIn, "runde"), "contact": w.word(invited+"+"+standIn, "rundenpost") + "@stadt.example"})
	name := fmt.Sprint(r["name"])
	if name == "<nil>" {
		name = fmt.Sprint(r["Name"])
	}
	w.value(name)
	w.hidden[name] = invited + "+" + reviewer + "+" + standIn
	w.must("sysadmin", "survey_office_add", obj{"id": name, "offices": []any{obj{"name": w.text(invited, "leseramt"), "email": w.word(invited, "leserpost") + "@stadt.example"}, obj{"name": w.text(partners+"+"+reviewer+"+"+standIn, "anderesamt"), "parent": "Referat", "email": w.word(never, "anderepost") + "@stadt.example"}}})
	answer := w.call("sysadmin", "survey_invite", obj{"id": name})
	var links struct {
		Result []struct{ Office, URL string }
	}
	if err := json.Unmarshal([]byte(answer.text), &links); err != nil || len(links.Result) != 2 {
		w.t.Fatalf("invite: %s", answer.text)
	}
	tokens := map[string]string{}
	for _, l := range links.Result {
		token := l.URL[strings.LastIndex(l.URL, "/")+1:]
		tokens[strings.ToLower(strings.TrimSuffix(l.Office, w.poison))] = token
		w.told["unseen "+strings.ToLower(token)] = true
	}
	mine, theirs := tokens[stem+"leseramt"], tokens[stem+"anderesamt"]
	w.hidden[strings.ToLower(theirs)], w.hidden[strings.ToLower(mine)] = never, invited
	w.other = theirs
	w.office = &who{name: "office", link: mine, circles: []string{invited, partners}}

	post := func(client *http.Client, path string, pairs ...string) string {
		w.t.Helper()
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		h := house{url: w.URL}
		status, to, body, err := h.send(w.t.Context(), client, path, form, "")
		if err == nil && status == http.StatusOK {
			return body // with a link that is shown once
		}
		if err != nil || status != http.StatusSeeOther {
			w.t.Fatalf("POST %s: %d %v %s", path, status, err, regexp.MustCompile(`(?s)<main.*</main>`).FindString(body))
		}
		return to
	}
	base := "/s/" + theirs
	post(stay(), base+"/office/A", "r.A_name", "0", "a.A_name", w.text(never, "rundeperson"), "r.A_unit", "0", "a.A_unit", w.text(never, "rundeunit"), "r.A_funcmail", "0", "a.A_funcmail", "post@stadt.example", "go", "later")
	holding := func(what, open string, send bool, personal string) string {
		path := strings.ReplaceAll(open, partners, inside) // an answer of the city itself
		at := strings.TrimSuffix(post(stay(), base+"/holding", "title", w.text(open, what+"titel")), "/step/B")
		sections := map[string][]string{
			"B": {"B_desc", "Flächen mit " + w.text(open, what+"desc") + " und anderem.", "B_theme", "envi", "B_freq", "mon"},
			"C": {"C_system", w.text(open, what+"system"), "C_path", w.text(path, what+"path"), "C_storage", "gis", "C_format", "csv"},
			"D": {"D_iface", "wfs", "D_form", "pull"},
			"E": {"E_personal", personal, "E_secrecy", "kein", "E_third", "kein", "E_licence", "cc0"},
			"G": {"G_will", "ja", "G_pub", "nein"},
		}
		if personal != "kein" {
			sections["E"] = append(sections["E"], "E_dpo", "pend", "E_derive", "exist")
		}
		for sec, pairs := range sections {
			form := []string{"go", "later"}
			for i := 0; i < len(pairs); i += 2 {
				form = append(form, "r."+pairs[i], "0", "a."+pairs[i], pairs[i+1])
			}
			post(stay(), at+"/step/"+sec, form...)
		}
		if send {
			post(stay(), at+"/submit")
		}
		return w.id(never, at[strings.LastIndex(at, "/")+1:])
	}
	drafted := holding("rundeentwurf", standIn, false, "kein")
	w.hidden[stem+"rundeentwurfdesc"] = never // lies in another section
	sent := holding("rundegesandt", partners, true, "kein")
	checked := holding("rundepruefung", partners+"+"+reviewer, true, "ja")
	w.hidden[strings.ToLower(checked)] = reviewer
	w.must("sysadmin", "survey_holding_ask", obj{"id": name, "holding": sent, "question": "B_desc", "text": w.text(never, "rueckfrage")})
	post(stay(), base+"/remark", "holding", sent, "question", "B_desc", "text", w.text(never, "bemerkung"))
	shown := linkInLetter.FindAllStringSubmatch(post(stay(), base+"/delegate", "label", w.text(never+"+"+standIn, "vertretung"), "holding", drafted, "section", "C"), -1)
	at := slices.IndexFunc(shown, func(m []string) bool { return m[2] != theirs }) // the page names its own address, too
	if at < 0 {
		w.t.Fatal("no link for who stands in")
	}
	delegated := shown[at]
	w.hidden[strings.ToLower(delegated[2])], w.hidden[strings.ToLower(drafted)] = standIn, standIn
	w.helper = &who{name: "stand-in", link: delegated[2], circles: []string{standIn, partners}}
	w.told["unseen "+strings.ToLower(delegated[2])] = true
	post(w.root.client, "/survey/"+name+"/reviewers", "privacy", "leser-checker", "archive", "quarzperson")
	post(w.root.client, "/survey/checks", "round", name, "holding", checked, "queue", "privacy", "answer", "obj", "comment", w.text(never, "pruefkommentar"))
	again := holding("rundewartet", partners+"+"+reviewer, true, "ja")
	w.hidden[strings.ToLower(again)] = reviewer
	post(w.root.client, "/survey/"+name+"/holding/"+sent+"/return", "comment", w.text(never, "rueckgabe"))
	page := w.request(w.root, http.MethodGet, "/survey/"+name, nil)
	for _, m := range regexp.MustCompile(`/office/([A-Za-z0-9-]+)`).FindAllStringSubmatch(page.text, -1) {
		w.byParam["office"] = append(w.byParam["office"], m[1])
	}
	w.byParam["round"], w.byParam["holding"] = []string{name}, []string{drafted, sent, checked, again}
	w.byParam["section"] = []string{"A", "B", "C", "E"}
	own := strings.TrimSuffix(post(stay(), "/s/"+mine+"/holding", "title", w.text(invited, "eigener")), "/step/B")
	w.value(own[strings.LastIndex(own, "/")+1:])
}

// plantTemplate hides a questionnaire that is not released.
func (w *crawled) plantTemplate() {
	doc := obj{
		"format": "trio.survey.template/1", "id": "muc-entwurf", "version": "1.0.0", "status": "draft", "language": "de", "title": obj{"de": w.text(never, "fragebogen"), "en": "Draft"}, "unit": "holding", "publisher": obj{"city": "muc", "name": "Stadt"},
		"extends":  obj{"id": "man-datensilo", "version": "1.0.0"},
		"sections": []any{obj{"id": "muc:N", "after": "G", "title": obj{"de": w.text(never, "abschnitt"), "en": "N"}, "questions": []any{obj{"id": "muc:N_frage", "code": "nFrage", "type": "boolean", "level": "detail", "visibility": "internal", "label": obj{"de": w.text(never, "fragetext"), "en": "X"}, "required": false}}}},
	}
	w.must("sysadmin", "survey_template_adopt", obj{"document": doc})
	w.value("muc-entwurf@1.0.0")
	w.byParam["ref"], w.byParam["question"] = []string{"muc-entwurf@1.0.0", "man-datensilo@1.0.0"}, []string{"muc:N_frage", "B_title"}
}

// crawlLinks reads with the link of an office: its own things, nobody else's.
func (w *crawled) crawlLinks() {
	for _, route := range w.routes(http.MethodGet) {
		if !strings.Contains(route, ":token") {
			continue
		}
		for _, r := range []*who{w.office, w.helper} {
			for path, asked := range w.fillRoute(strings.Replace(route, ":token", r.link, 1)) {
				a := w.request(r, http.MethodGet, path, nil)
				w.tells(r, "GET "+route, path, a, append(asked, path)...)
			}
		}
	}
}

// crawlSides looks at what is not asked for: log, metrics, letters.
func (w *crawled) crawlSides() {
	metrics := w.request(w.root, http.MethodGet, "/metrics", nil, "Authorization", w.Token)
	if metrics.status != http.StatusOK {
		w.t.Errorf("metrics: %d", metrics.status)
	}
	w.search(nil, "metrics", "/metrics", spread(metrics))
	w.search(nil, "log", "log", strings.ToLower(decoded(w.logged())))
	for _, l := range w.letters.Letters() {
		to, circles := strings.ToLower(l.To), []string{invited}
		text := strings.ToLower(l.Subject + "\n" + l.Text)
		switch {
		case strings.Contains(to, stem+"eingeladen"):
			text = keyInLetter.ReplaceAllString(text, "")
		case strings.HasPrefix(to, stem+"anderepost"): // the other office's own
			text, circles = linkInLetter.ReplaceAllString(text, ""), []string{invited, standIn}
		case strings.HasPrefix(to, stem):
			text = linkInLetter.ReplaceAllString(text, "")
		}
		w.search(circles, "letter to "+l.To, l.Subject, strings.ReplaceAll(text, strings.ToLower(l.To), ""))
	}
}
