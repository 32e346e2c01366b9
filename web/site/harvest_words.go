package site

import (
	"cmp"
	"net/url"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// wordsView is the table of what words of portals mean, one vocabulary at a time.
type wordsView struct {
	Self, List, Label string
	Lists, Choices    []choice
	Own, Built        []wordLine
}

type wordLine struct{ Spelling, Code, Meaning string }

func (r *request) words() error {
	list := cmp.Or(r.c.Query("list"), "licence")
	rows, err := r.cfg.Harvests.Words(r.by, r.cfg.Vocab, list)
	if err != nil {
		return err
	}
	info, _ := vocab.InfoOf(list)
	v := &wordsView{Self: r.local("/harvest/words?list=" + url.QueryEscape(list)), List: list, Label: info.Label.In(r.lang)}
	for _, i := range vocab.Infos() {
		v.Lists = append(v.Lists, choice{Value: i.Name, Label: i.Label.In(r.lang), On: i.Name == list})
	}
	for _, c := range vocab.List(list) {
		v.Choices = append(v.Choices, choice{Value: cmp.Or(c.Code, c.URI), Label: conceptLabel(c, r.lang)})
	}
	slices.SortFunc(v.Choices, func(a, b choice) int { return cmp.Compare(a.Label, b.Label) })
	for _, s := range rows {
		l := wordLine{Spelling: s.Spelling, Code: s.Code, Meaning: r.concept(list, s.Code)}
		if s.Own {
			v.Own = append(v.Own, l)
		} else {
			v.Built = append(v.Built, l)
		}
	}
	title := r.t.Get("harvest.words")
	return r.person("harvest-words", &page{Title: title, Path: "/harvest/words?list=" + url.QueryEscape(list), Nav: "harvest", Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {Label: title}}, Body: v})
}

// wordsDo adds a spelling or takes it out.
func (r *request) wordsDo() error {
	list, code := cmp.Or(r.c.Query("list"), "licence"), r.form("code")
	if r.form("do") == "forget" {
		code = ""
	} else if code == "" {
		return r.again(catalog.Errorf(catalog.KindInvalid, "%s", r.t.Get("form.problem")), r.words)
	}
	if err := r.cfg.Harvests.MapWord(r.ctx, r.by, r.cfg.Vocab, list, r.form("spelling"), code); err != nil {
		return r.again(err, r.words)
	}
	return r.see("/harvest/words?list="+url.QueryEscape(list), "harvestword")
}
