package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"trio.example/catalog/round"
)

// demoWays are the ways into the parts of the demo that are not public.
type demoWays struct {
	Token string // for programs
	// Login and Password let a browser in.
	Login, Password string
	// Link answers the survey for an office, without an account.
	Link string
}

// demoSurvey opens a round in Augsburg, with the answers of the sample files
// filled in, and lets a browser in. Everything is as long as the demo runs.
func demoSurvey(e *env, k *core) (w demoWays, err error) {
	if w.Token, err = demoToken(e, k); err != nil {
		return w, err
	}
	desk, err := k.accounts(e.cfg)
	if err != nil {
		return w, err
	}
	w.Login, w.Password = "demo-admin", rand.Text()[:16]
	if err := desk.SetPassword(e.ctx, operator, w.Login, w.Password); err != nil {
		return w, err
	}
	r, err := k.rounds.Create(e.ctx, operator, round.Plan{City: "augsburg", Title: "Abfrage der Datenbestände", Deadline: time.Now().AddDate(0, 0, 30), Contact: "daten@augsburg.example"})
	if err != nil {
		return w, err
	}
	rows := []round.Row{
		{Ref: "1", Name: "Amt für Grünordnung", Parent: "Umweltreferat"}, {Ref: "2", Name: "Tiefbauamt", Parent: "Baureferat"},
		{Ref: "3", Name: "Stadtbücherei", Parent: "Kulturreferat"}, {Ref: "4", Name: "Marktamt", Parent: "Ordnungsreferat"},
	}
	if _, err := k.rounds.AddOffices(e.ctx, operator, r.Name, rows); err != nil {
		return w, err
	}
	links, err := k.rounds.Invite(e.ctx, operator, r.Name, nil)
	if err == nil && len(links) == 0 {
		err = errors.New("no links")
	}
	if err != nil {
		return w, fmt.Errorf("sample round: %w", err)
	}
	w.Link = "/s/" + links[0].Token
	return w, nil
}
