package site

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/vocab"
	intake "trio.example/harvest/survey"
)

// roundsView lists the rounds and opens one.
type roundsView struct {
	Rounds []roundLine
	Cities []choice
	// Templates are what a round can be opened with.
	Templates []choice
	Title     string // as typed before
	Import    string // where files are imported, "" for who may not
	Day       string
	Mail      string
}

type roundLine struct {
	link
	City, State    string
	Deadline       time.Time
	Offices, Rate  int
	Waiting, Count int
}

func (r *request) rounds() error {
	list, err := r.cfg.Rounds.List(r.ctx, r.by)
	if err != nil {
		return err
	}
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return err
	}
	if len(list) == 0 && len(cities) == 0 {
		return catalog.Errorf(catalog.KindDenied, "no survey")
	}
	importPath := ""
	if r.cfg.Intake != nil && len(cities) > 0 {
		importPath = r.local("/survey/import")
	}
	v := roundsView{Import: importPath, Title: r.form("title"), Day: r.form("deadline"), Mail: r.form("contact")}
	for _, o := range list {
		v.Rounds = append(v.Rounds, r.roundLine(o))
	}
	for _, c := range cities {
		v.Cities = append(v.Cities, choice{Value: c.Name, Label: c.Label.In(r.lang), On: r.form("city") == c.Name})
	}
	if len(cities) > 0 {
		list, err := r.cfg.Rounds.Templates(r.ctx, r.by)
		if err != nil {
			return err
		}
		for _, x := range round.Choices(list) {
			v.Templates = append(v.Templates, choice{Value: x.Ref(), Label: x.Title.In(r.lang) + " (" + x.Ref() + ")", On: r.form("template") == x.Ref()})
		}
	}
	return r.person("rounds", &page{Title: r.t.Get("round.list"), Path: "/survey", Nav: "survey", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: r.t.Get("round.list")}}, Body: v})
}

// runningRounds are the open rounds that somebody runs, for their start page.
func (r *request) runningRounds(by catalog.Actor) ([]roundLine, error) {
	if r.cfg.Rounds == nil {
		return nil, nil
	}
	list, err := r.cfg.Rounds.List(r.ctx, by)
	if err != nil {
		return nil, err
	}
	var out []roundLine
	for _, o := range list {
		if o.State == catalog.RoundOpen {
			out = append(out, r.roundLine(o))
		}
	}
	return out, nil
}

func (r *request) roundLine(o *round.Overview) roundLine {
	return roundLine{
		link: link{o.Title, r.local("/survey/" + o.Name)}, City: cityLabel(o.City, r.lang), State: r.t.Get("round.state." + o.State), Deadline: o.Deadline,
		Offices: o.Offices, Rate: o.Rate(), Waiting: o.Holdings["subm"], Count: total(o.Holdings),
	}
}

func total(m map[string]int) int {
	n := 0
	for _, x := range m {
		n += x
	}
	return n
}

func cityLabel(name, lang string) string {
	for _, c := range vocab.Cities() {
		if c.Name == name {
			return c.Label.In(lang)
		}
	}
	return name
}

func (r *request) roundCreate() error {
	deadline, err := round.EndOfDay(r.form("deadline"))
	if err != nil {
		return r.again(err, r.rounds)
	}
	created, err := r.cfg.Rounds.Create(r.ctx, r.by, round.Plan{City: r.form("city"), Title: r.form("title"), Deadline: deadline, Contact: strings.TrimSpace(r.form("contact")), Ref: r.form("template")})
	if err != nil {
		return r.again(err, r.rounds)
	}
	return r.see("/survey/"+created.Name, "created")
}

// roundView is a round with how far its offices are.
type roundView struct {
	City, Template, State   string
	Open                    bool
	Deadline                time.Time
	Day                     string
	Rate, Answered, Offices int
	Counts                  []bar
	Departments             []department
	Lines                   []officeLine
	Waiting, Holdings       int
	Unlinked, Pending       int
	Mailable                int    // without a link and with an address
	Mail                    bool   // links can go out by mail
	Stuck                   bool   // but no mail server is set up: letters wait
	Mails                   string // where system administrators see all letters
	Letters                 []mailView
	LettersMore             bool
	Publishable             int
	Unreachable             int
	Sheet, Compare          string
	Remind                  bool // and reminders do by themselves
	Self                    string
	Findings                []catalog.Finding
	Report                  string
	Rejected                []string
	Privacy, Archive        string // names of reviewers
	Events                  []eventView
}

type department struct {
	Name                      string
	Answered, Working, Waited int
	Last                      time.Time
	Key                       string // as the list has it, "" for none
	Pending                   int    // may be reminded
	Anchor                    string // of its first office in the list
}

type officeLine struct {
	link
	ID, State, StateKey string
	Depth, Holdings     int
	Waiting             int
	Email               string
	Linked, Late        bool
	Unreachable         bool
	Anchor              string
	Changed, Reminded   time.Time
	Reminders           int
}

func (r *request) roundPath() string { return "/survey/" + r.c.Param("round") }

func (r *request) round() error { return r.roundPage(nil) }

func (r *request) roundPage(imported *round.Imported) error {
	o, lines, err := r.cfg.Rounds.Status(r.ctx, r.by, r.c.Param("round"))
	if err != nil {
		return err
	}
	path := "/survey/" + o.Name
	v := &roundView{
		City: cityLabel(o.City, r.lang), Template: o.Template, State: r.t.Get("round.state." + o.State), Open: o.State == catalog.RoundOpen, Deadline: o.Deadline,
		Rate: o.Rate(), Answered: o.Answered(), Offices: o.Offices, Waiting: o.Holdings["subm"], Holdings: total(o.Holdings), Self: r.local(path),
	}
	v.Mail, v.Stuck = r.cfg.Rounds.SendsLetters(), r.cfg.Rounds.LettersWait()
	v.Publishable, v.Sheet, v.Compare = o.Publishable, r.local(path+"/insight.xlsx"), r.local("/survey/compare")
	if err := r.roundLetters(v, o.Name); err != nil {
		return err
	}
	v.Remind = o.Remind
	reviewers, err := r.cfg.Rounds.ReviewerNames(r.ctx, r.by, o.Name)
	if err != nil {
		return err
	}
	v.Privacy, v.Archive = strings.Join(reviewers[round.QueuePrivacy], ", "), strings.Join(reviewers[round.QueueArchive], ", ")
	events, err := r.cfg.Rounds.Log(r.ctx, r.by, o.Name)
	if err != nil {
		return err
	}
	if !o.Deadline.IsZero() {
		v.Day = o.Deadline.In(berlin()).Format("02.01.2006")
	}
	for _, s := range catalog.OfficeStates() {
		v.Counts = append(v.Counts, bar{Label: r.t.Get("round.office." + s), Value: r.t.Number(int64(o.Counts[s])), Percent: percent(float64(o.Counts[s]), float64(o.Offices))})
	}
	at := map[string]int{}
	for _, l := range lines {
		line := officeLine{
			link: link{l.Name, r.local(path + "/office/" + l.ID)}, ID: l.ID, State: r.t.Get("round.office." + l.State), StateKey: l.State, Depth: min(l.Depth, 4), Holdings: l.Holdings, Waiting: l.Waiting,
			Email: l.Email, Linked: l.Linked, Late: l.Late, Changed: l.Changed, Reminded: l.Reminded, Reminders: l.Reminders,
			Unreachable: l.Unreachable,
		}
		if l.Unreachable {
			v.Unreachable++
		}
		if !l.Linked {
			v.Unlinked++
			if l.Email != "" {
				v.Mailable++
			}
		}
		if round.Open(l.RoundOffice) {
			v.Pending++
		}
		i, ok := at[l.Department]
		if !ok {
			i = len(v.Departments)
			at[l.Department] = i
			name := l.Department
			if name == "" {
				name = r.t.Get("round.nodepartment")
			}
			line.Anchor = fmt.Sprintf("r-dep-%d", i)
			v.Departments = append(v.Departments, department{Name: name, Key: l.Department, Anchor: line.Anchor})
		}
		v.Departments[i].count(l)
		v.Lines = append(v.Lines, line)
	}
	v.Events = r.events(events)
	for i, e := range events {
		if at := slices.IndexFunc(v.Lines, func(l officeLine) bool { return l.ID == e.Office }); at >= 0 {
			v.Events[i].Office = v.Lines[at].link
		}
	}
	if imported != nil {
		v.Report = r.t.Get("offices.report", imported.New, imported.Changed, imported.Unchanged, imported.Rejected)
		for _, f := range imported.Findings {
			v.Rejected = append(v.Rejected, strings.TrimSpace(f.Row+": "+r.findingText(f)))
		}
	}
	return r.person("round", &page{Title: o.Title, Path: path, Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {Label: o.Title}}, Body: v})
}

// roundLetters lists what was sent to the offices.
func (r *request) roundLetters(v *roundView, name string) error {
	if !v.Mail {
		return nil
	}
	list, err := r.cfg.Rounds.Sent(r.ctx, r.by, name)
	if err != nil {
		return err
	}
	if v.LettersMore = len(list) == round.MaxLetters; v.LettersMore {
		list = list[:round.MaxLetters-1]
	}
	for _, m := range list {
		v.Letters = append(v.Letters, r.mailView(m))
	}
	if r.in() != nil && r.in().Actor.Sysadmin {
		v.Mails = r.local("/admin/mail")
	}
	return nil
}

func (d *department) count(l round.Line) {
	switch l.State {
	case catalog.OfficeSubmitted, catalog.OfficeApproved, catalog.OfficeNone:
		d.Answered++
	case catalog.OfficeDraft, catalog.OfficeReturned, catalog.OfficeOpened:
		d.Working++
	default:
		d.Waited++
	}
	if round.Open(l.RoundOffice) {
		d.Pending++
	}
	if l.Changed.After(d.Last) {
		d.Last = l.Changed
	}
}

func berlin() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.UTC
	}
	return zone
}

// roundOffices takes a list of offices, or a single one that was typed in.
func (r *request) roundOffices() error {
	var rows []round.Row
	var findings []catalog.Finding
	file, head, err := r.c.Request.FormFile("list")
	switch {
	case err == nil:
		defer file.Close()
		if rows, findings, err = intake.ReadOffices(r.ctx, head.Filename, file); err != nil {
			return r.again(err, r.round)
		}
	default:
		rows = []round.Row{{Ref: "1", Name: r.form("name"), Parent: r.form("parent"), Email: r.form("email"), Lang: r.form("lang")}}
	}
	out, err := r.cfg.Rounds.AddOffices(r.ctx, r.by, r.c.Param("round"), rows)
	if err != nil {
		return r.again(err, r.round)
	}
	out.Findings = append(findings, out.Findings...)
	return r.roundPage(out)
}

func (r *request) roundState() error {
	name := r.c.Param("round")
	if r.c.Request.PostForm.Has("deadline") {
		deadline, err := round.EndOfDay(r.form("deadline"))
		if err == nil {
			err = r.cfg.Rounds.SetDeadline(r.ctx, r.by, name, deadline)
		}
		if err != nil {
			return r.again(err, r.round)
		}
		return r.see(r.roundPath(), "saved")
	}
	if r.c.Request.PostForm.Has("reminding") {
		if err := r.cfg.Rounds.SetReminding(r.ctx, r.by, name, r.form("remind") != ""); err != nil {
			return r.again(err, r.round)
		}
		return r.see(r.roundPath(), "saved")
	}
	if err := r.cfg.Rounds.SetState(r.ctx, r.by, name, r.form("state")); err != nil {
		return r.again(err, r.round)
	}
	return r.see(r.roundPath(), "saved")
}

// linksView shows new links, this once.
type linksView struct {
	Links []invitation
	Back  string
	Text  string // all of them for a mail merge, one a line
}

type invitation struct {
	Office, Email, URL string
	Expires            time.Time
}

// roundLinks makes links and shows them; they are kept nowhere.
func (r *request) roundLinks() error {
	list, err := r.cfg.Rounds.Invite(r.ctx, r.by, r.c.Param("round"), r.c.Request.PostForm["office"])
	if err != nil {
		return r.again(err, r.round)
	}
	if len(list) == 0 {
		return r.see(r.roundPath(), "nolinks")
	}
	return r.showLinks(r.roundPath(), list)
}

// showLinks shows new links of a round, this once.
func (r *request) showLinks(path string, list []round.Invitation) error {
	v := linksView{Back: r.local(path)}
	var text strings.Builder
	for _, inv := range list {
		address := r.cfg.SiteURL + secretPrefix + inv.Token
		v.Links = append(v.Links, invitation{Office: inv.Office.Name, Email: inv.Office.Email, URL: address, Expires: inv.Link.Expires})
		cell := func(text string) string { return catalog.CSVCell(strings.ReplaceAll(text, ";", ",")) } // there are no quotes here
		fmt.Fprintf(&text, "%s;%s;%s\n", cell(inv.Office.Name), cell(inv.Office.Email), address)
	}
	v.Text = text.String()
	return r.person("round-links", &page{Title: r.t.Get("links.title"), Path: path, Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {r.t.Get("round.back"), v.Back}, {Label: r.t.Get("links.title")}}, Body: v})
}

// roundMail sends links by mail.
func (r *request) roundMail() error {
	sent, err := r.cfg.Rounds.InviteByMail(r.ctx, r.by, r.c.Param("round"), r.c.Request.PostForm["office"])
	if err != nil {
		return r.again(err, r.round)
	}
	return r.see(r.roundPath(), r.posted(sent, "mailed", "nomail"))
}

// posted says what became of letters.
func (r *request) posted(p round.Posted, some, none string) string {
	switch {
	case p.Letters == 0:
		return none
	case r.cfg.Rounds.LettersWait():
		return some + "waits"
	case p.Lacking > 0:
		return some + "part"
	}
	return some
}

// departmentOffices are the offices a form names: one by one, or those of a
// department that may be reminded.
func (r *request) departmentOffices() ([]string, error) {
	form := r.c.Request.PostForm
	if !form.Has("department") {
		return form["office"], nil
	}
	_, lines, err := r.cfg.Rounds.Status(r.ctx, r.by, r.c.Param("round"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, l := range lines {
		if l.Department == r.form("department") && round.Open(l.RoundOffice) {
			out = append(out, l.ID)
		}
	}
	return out, nil
}

func (r *request) roundRemind() error {
	offices, err := r.departmentOffices()
	if err != nil {
		return err
	}
	if len(offices) == 0 && r.c.Request.PostForm.Has("department") { // without names it would be all
		return r.see(r.roundPath(), "noremind")
	}
	if r.cfg.Rounds.SendsLetters() {
		sent, err := r.cfg.Rounds.RemindByMail(r.ctx, r.by, r.c.Param("round"), offices)
		if err != nil {
			return r.again(err, r.round)
		}
		return r.see(r.roundPath(), r.posted(sent, "remindmailed", "noremind"))
	}
	list, err := r.cfg.Rounds.Remind(r.ctx, r.by, r.c.Param("round"), offices)
	if err != nil {
		return r.again(err, r.round)
	}
	if len(list) == 0 {
		return r.see(r.roundPath(), "noremind")
	}
	return r.see(r.roundPath(), "reminded")
}

// officeView is one office of a round.
type officeView struct {
	Name, Department, Parent, Email, State, Reason, Self string
	ID                                                   string
	Open, Mail                                           bool
	Links                                                []linkView
	Holdings                                             []holdingView
	Notes                                                []noteView
	Events                                               []eventView
	Opened, Changed, Reminded                            time.Time
	Reminders                                            int
	Round                                                string
	English                                              bool
}

type eventView struct {
	At                 time.Time
	What, Who, Comment string
	Office             link // where the log is of several offices
}

func (r *request) roundOffice() error {
	d, err := r.cfg.Rounds.Office(r.ctx, r.by, r.c.Param("round"), r.c.Param("office"))
	if err != nil {
		return err
	}
	path := "/survey/" + d.Round.Name
	o := d.Office
	v := &officeView{
		Name: o.Name, Department: o.Department, Parent: o.Parent, Email: o.Email, State: r.t.Get("round.office." + o.State), Reason: o.Reason, Self: r.local(path + "/office/" + o.ID), ID: o.ID,
		Opened: o.Opened, Changed: o.Changed, Reminded: o.Reminded, Reminders: o.Reminders, Round: r.local(path), Open: d.Round.State == catalog.RoundOpen,
		Mail: r.cfg.Rounds.SendsLetters() && o.Email != "", English: o.Lang == "en",
	}
	for _, l := range d.Links {
		v.Links = append(v.Links, r.linkView(l, d.Template))
	}
	for _, h := range d.Holdings {
		title := h.Title
		if title == "" {
			title = r.t.Get("ask.untitled")
		}
		v.Holdings = append(v.Holdings, holdingView{ID: h.ID, Title: title, State: r.t.Get("round.holding." + h.State), StateKey: h.State, URL: r.local(path + "/holding/" + h.ID)})
	}
	v.Notes = r.notes(d.Notes, func(*catalog.RoundNote) bool { return true }, d.Template)
	v.Events = r.events(d.Events)
	return r.person("round-office", &page{Title: o.Name, Path: path + "/office/" + o.ID, Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {d.Round.Title, v.Round}, {Label: o.Name}}, Body: v})
}

// events tells the log of transitions; persons are named by their role.
func (r *request) events(list []*catalog.RoundEvent) []eventView {
	var out []eventView
	for _, e := range list {
		v := eventView{At: e.At, Who: r.t.Get("role." + e.Role), Comment: e.Comment}
		if e.Comment == "unchanged" {
			v.Comment = r.t.Get("event.unchanged")
		}
		switch e.What {
		case "office":
			v.What = r.t.Get("event.office", r.t.Get("round.office."+e.To))
		case "holding":
			v.What = r.t.Get("event.holding", r.t.Get("round.holding."+e.To))
		case "deadline":
			v.What = r.t.Get("event.deadline", e.To)
		case "check":
			v.What = r.t.Get("event.check." + e.To)
		default:
			v.What = r.t.Get("event." + e.What + "." + e.To)
		}
		out = append(out, v)
	}
	return out
}

func (r *request) roundRevoke() error {
	if err := r.cfg.Rounds.Revoke(r.ctx, r.by, r.c.Param("round"), r.c.Param("office"), r.form("link")); err != nil {
		return r.again(err, r.roundOffice)
	}
	return r.see(r.roundPath()+"/office/"+r.c.Param("office"), "revoked")
}

func (r *request) roundLanguage() error {
	if err := r.cfg.Rounds.SetLanguage(r.ctx, r.by, r.c.Param("round"), r.c.Param("office"), r.form("lang")); err != nil {
		return r.again(err, r.roundOffice)
	}
	return r.see(r.roundPath()+"/office/"+r.c.Param("office"), "language")
}

func (r *request) roundErase() error {
	if _, err := r.cfg.Rounds.EraseContacts(r.ctx, r.by, r.c.Param("round"), r.c.Param("office")); err != nil {
		return r.again(err, r.roundOffice)
	}
	return r.see(r.roundPath()+"/office/"+r.c.Param("office"), "erased")
}
