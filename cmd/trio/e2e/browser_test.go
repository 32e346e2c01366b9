package e2e

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a browser window as wide as a phone. What the page's scripts complain
// about ends the test.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	// script says that the page's scripts run.
	script bool
}

const phone, phoneHeight = 390, 844

func openTab(t *testing.T, base string, script bool) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	for _, name := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser"} {
		if _, err := os.Stat(name); err == nil {
			options = append(options, chromedp.ExecPath(name))
			break
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	// The browser ends by itself and takes its profile along.
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log("close the browser:", err)
		}
	})
	b := &tab{t: t, ctx: ctx, base: base, script: script}
	b.run("begin", chromedp.EmulateViewport(phone, phoneHeight, chromedp.EmulateMobile), emulation.SetScriptExecutionDisabled(!script))
	return b
}

func (b *tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Text("body", &text, chromedp.ByQuery))
		b.t.Fatalf("%s: %v\n%.1500s", what, err, text)
	}
}

// open goes to an address and holds the page to the width of a phone.
func (b *tab) open(path string) {
	b.t.Helper()
	b.run("open "+path, chromedp.Navigate(b.base+path), chromedp.WaitReady("main", chromedp.ByQuery))
	b.fits(path)
}

// fits checks that nothing has to be pushed sideways on a phone.
func (b *tab) fits(what string) {
	b.t.Helper()
	var wide int
	b.run("measure "+what, chromedp.Evaluate("document.documentElement.scrollWidth", &wide))
	if wide > phone {
		b.t.Errorf("%s is %d pixels wide, a phone has %d", what, wide, phone)
	}
}

// press goes to an element with the keyboard's focus and presses Enter, and
// waits for the page that follows.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.run("press "+selector, chromedp.WaitReady(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery))
	b.enter()
	b.run("after "+selector, chromedp.WaitReady("main", chromedp.ByQuery))
	b.fits("the page after " + selector)
}

// enter presses Enter and waits until another page is there.
func (b *tab) enter() {
	b.t.Helper()
	b.follows(func() { b.run("press Enter", chromedp.KeyEvent(kb.Enter)) })
}

// follows does something and waits until another page is there.
func (b *tab) follows(do func()) {
	b.t.Helper()
	b.run("mark the page", chromedp.Evaluate("document.documentElement.dataset.old = 'yes'", nil))
	do()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		fresh := false // an error means that a page is just going
		if err := chromedp.Run(b.ctx, chromedp.Evaluate("document.readyState === 'complete' && !document.documentElement.dataset.old", &fresh)); err == nil && fresh {
			return
		}
	}
	b.t.Fatalf("%s: no other page follows\n%.600s", b.path(), b.text())
}

func (b *tab) text() string {
	b.t.Helper()
	var text string
	b.run("read", chromedp.Text("main", &text, chromedp.ByQuery))
	return text
}

func (b *tab) value(selector string) string {
	b.t.Helper()
	var v string
	b.run("value of "+selector, chromedp.Value(selector, &v, chromedp.ByQuery))
	return v
}

func (b *tab) path() string {
	b.t.Helper()
	var at string
	b.run("location", chromedp.Location(&at))
	return strings.TrimPrefix(at, b.base)
}

func TestBrowser_suggestsByKeyboard(t *testing.T) {
	b := openTab(t, portal.URL, true)
	b.open("/")
	b.run("type", chromedp.Focus("#q", chromedp.ByQuery), chromedp.KeyEvent("baumk"), chromedp.WaitVisible("#q-list li", chromedp.ByQuery),
		chromedp.Poll(`document.querySelector("#q-list li").textContent.startsWith("Baumkataster")`, nil, chromedp.WithPollingTimeout(20*time.Second)))
	var expanded, active string
	b.run("down", chromedp.KeyEvent(kb.ArrowDown), chromedp.AttributeValue("#q", "aria-expanded", &expanded, nil, chromedp.ByQuery), chromedp.AttributeValue("#q", "aria-activedescendant", &active, nil, chromedp.ByQuery))
	if expanded != "true" || active == "" {
		t.Errorf("a screen reader hears nothing of the list: expanded %q, active %q", expanded, active)
	}
	b.enter()
	if at := b.path(); !strings.HasPrefix(at, "/dataset/baumkataster") {
		t.Errorf("the suggestion leads to %s", at)
	}
	b.open("/dataset?q=Baumktaster")
	if text := b.text(); !strings.Contains(text, "Gesucht wurde nach „Baumkataster“") {
		t.Errorf("a misspelled word: %.300s", text)
	}
}
