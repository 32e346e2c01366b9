package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What somebody does who has a keyboard and nothing else. Everything goes through
// keys that the browser gets; scripts of the test only look where the focus is.

// maxTabs is how many presses of Tab a page may ask for until something is reached.
const maxTabs = 250

// at reports whether the element with the focus matches.
func (b *tab) at(selector string) bool {
	b.t.Helper()
	var there bool
	b.run("look for the focus", chromedp.Evaluate(fmt.Sprintf("document.activeElement !== null && document.activeElement.matches(%q)", selector), &there))
	return there
}

// checked reports whether a box is ticked.
func (b *tab) checked(selector string) (on bool) {
	b.t.Helper()
	b.run("look at "+selector, chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).checked", selector), &on))
	return on
}

// reach presses Tab until the focus is on an element.
func (b *tab) reach(selector string) {
	b.t.Helper()
	for range maxTabs {
		if b.at(selector) {
			return
		}
		b.run("press Tab", chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("%s: the keyboard does not reach %s\n%.1500s", b.path(), selector, b.text())
}

// follow reaches a link or a button and presses Enter; another page follows.
func (b *tab) follow(selector string) {
	b.t.Helper()
	b.reach(selector)
	b.enter()
	b.fits("the page after " + selector)
}

// click presses a button with the mouse, as long as people do, and waits for the
// page that follows.
func (b *tab) click(selector string, held time.Duration) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	b.run("find "+selector, chromedp.ScrollIntoView(selector, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.bottom - 4}; })()`, selector), &at))
	b.follows(func() {
		b.run("press "+selector, input.DispatchMouseEvent(input.MousePressed, at.X, at.Y).WithButton(input.Left).WithClickCount(1),
			chromedp.Sleep(held), input.DispatchMouseEvent(input.MouseReleased, at.X, at.Y).WithButton(input.Left).WithClickCount(1))
	})
}

// unfold opens what a line with a triangle hides.
func (b *tab) unfold(selector string) {
	b.t.Helper()
	b.reach(selector)
	b.run("unfold", chromedp.KeyEvent(kb.Enter))
}

// enterText reaches a field and types into it, over what stands there.
func (b *tab) enterText(selector, text string) {
	b.t.Helper()
	b.reach(selector)
	b.run("select all", chromedp.KeyEvent("a", chromedp.KeyModifiers(2))) // Ctrl
	b.run("type into "+selector, chromedp.KeyEvent(text))
}

// tick reaches a box and ticks it.
func (b *tab) tick(selector string) {
	b.t.Helper()
	b.reach(selector)
	b.run("tick "+selector, chromedp.KeyEvent(" "))
}

// pick goes through a list with the arrow until a value is chosen.
func (b *tab) pick(selector, value string) {
	b.t.Helper()
	b.reach(selector)
	for range 60 {
		if b.value(selector) == value {
			return
		}
		b.run("press the arrow", chromedp.KeyEvent(kb.ArrowDown))
	}
	b.t.Fatalf("%s: %s does not offer %q", b.path(), selector, value)
}

// asked is a question on a step of the form, in the order of the page.
type asked struct {
	ID   string
	Kind string // radio, checkbox, select, textarea, text
	Done bool   // something is chosen or entered
	Rev  string // which revision of the answer is on the screen
}

// questions lists the questions of a step that are laid open.
func (b *tab) questions() []asked {
	b.t.Helper()
	var out []asked
	b.run("list the questions", chromedp.Evaluate(`[...document.querySelectorAll("#step .trio-q")].filter(q => !q.closest("details:not([open])")).map(q => {
		const fields = [...q.querySelectorAll('[name^="a."]')], f = fields[0];
		const chosen = f.type === "radio" || f.type === "checkbox";
		return {ID: q.dataset.q, Rev: q.querySelector('[name^="r."]').value, Kind: f.tagName === "INPUT" && !chosen ? "text" : chosen ? f.type : f.tagName.toLowerCase(), Done: fields.some(f => chosen ? f.checked : f.value !== "")};
	})`, &out))
	return out
}

// answer gives one answer by keyboard; a list of options has commas between them.
func (b *tab) answer(q asked, value string) {
	b.t.Helper()
	switch q.Kind {
	case "radio":
		// The arrows go from one to the next; the first press of Tab finds the group.
		b.reach(fmt.Sprintf("[name=%q]", "a."+q.ID))
		if !b.at(":checked") {
			b.run("choose", chromedp.KeyEvent(" "))
		}
		for range 20 {
			if b.at(fmt.Sprintf("[value=%q]", value)) {
				return
			}
			b.run("press the arrow", chromedp.KeyEvent(kb.ArrowDown))
		}
		b.t.Fatalf("%s has no choice %q", q.ID, value)
	case "checkbox":
		for _, v := range strings.Split(value, ",") {
			b.tick("#a-" + q.ID + "-" + v)
		}
	case "select":
		b.pick("#a-"+q.ID, value)
	default:
		b.enterText("#a-"+q.ID, value)
	}
}

// here is the address without what it says about the last save.
func (b *tab) here() string {
	b.t.Helper()
	return strings.TrimRight(strings.FieldsFunc(b.path(), func(r rune) bool { return r == '?' || r == '#' })[0], "/")
}

// fillStep answers what a step asks, as far as there are answers, and goes on to
// the next one. Questions that apply only now are answered as they come up. It
// returns how many were laid open at most.
func (b *tab) fillStep(answers map[string]string, given map[string]bool) (most int) {
	b.t.Helper()
	here := b.here()
	for range 6 {
		for {
			list := b.questions()
			most = max(most, len(list))
			next := -1
			for i, q := range list {
				if answers[q.ID] != "" && !given[q.ID] {
					next = i
					break
				}
			}
			if next < 0 {
				break
			}
			given[list[next].ID] = true
			if !list[next].Done {
				b.answer(list[next], answers[list[next].ID])
				b.settled(list[next])
			}
		}
		b.follow(`#step button[value="next"]`)
		if b.here() != here {
			return most
		}
	}
	b.t.Fatalf("%s does not lead on\n%.2000s", here, b.text())
	return 0
}

// settled leaves the field and waits until its answer is saved, where the page's
// scripts do that.
func (b *tab) settled(q asked) {
	b.t.Helper()
	if !b.script {
		return
	}
	b.run("leave the field", chromedp.KeyEvent(kb.Tab))
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		saved := false
		b.run("look whether it is saved", chromedp.Evaluate(fmt.Sprintf(`document.querySelector('[name="r.%s"]').value !== %q`, q.ID, q.Rev), &saved))
		if saved {
			return
		}
	}
	b.t.Fatalf("%s: %s was not saved\n%.600s", b.path(), q.ID, b.text())
}
