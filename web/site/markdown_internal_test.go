package site

import (
	"strings"
	"testing"
	"time"
)

func TestWriter_html(t *testing.T) {
	t.Parallel()
	w := newWriter()
	for _, c := range []struct{ name, in, want string }{
		{"headings fit below ours", "# A\n\n#### B\n\n## C", "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>\n"},
		{"no gap at the start", "#### A\n\n# B", "<h3>A</h3>\n<h3>B</h3>\n"},
		{"links carry nofollow", "[x](https://a.example/b)", `<p><a href="https://a.example/b" rel="nofollow">x</a></p>` + "\n"},
		{"bare addresses become links", "https://a.example/b", `<p><a href="https://a.example/b" rel="nofollow">https://a.example/b</a></p>` + "\n"},
		{"scripts are no links", "[x](javascript:alert(1)) [y](data:text/html,1) [z](/intern)", "<p>x y z</p>\n"},
		{"pictures become links", "![Plan](https://a.example/p.png)", `<p><a href="https://a.example/p.png" rel="nofollow">Plan</a></p>` + "\n"},
		{"HTML is kept where harmless", "<p>a<br>b <b>c</b><script>d</script></p>", "<p>a<br/>b <b>c</b></p>"},
		{"open elements are closed", "<ul><li>a", "<ul><li>a</li></ul>"},
		{"loose ends are dropped", "</div></main>a", "a"},
		{"lists hold items", "<ul>lose <li>a</li></ul><li>b</li>", "<ul><li>lose </li><li>a</li></ul><div>b</div>"},
		{"expressions stay", "{{.X}} ${7*7}", "<p>{{.X}} ${7*7}</p>\n"},
	} {
		if got := string(w.html(c.in)); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestWriter_hostileTextsStayBounded feeds what makes Markdown parsers slow:
// eight times the text must not take far more than eight times as long.
func TestWriter_hostileTextsStayBounded(t *testing.T) {
	w := newWriter() // not parallel: it compares durations
	run := func(text string) (time.Duration, int) {
		start := time.Now()
		out := w.html(text)
		w.plain(text, 220)
		return time.Since(start), len(out)
	}
	const times, slack, noise = 8, 6, 300 * time.Millisecond
	for _, unit := range []string{">", "> ", "- ", "[", "![", "[a](", "*a ", "**a_", "`", "``` ", "<", "<a ", "<div>", "|", "| a ", "\n|-", "# ", "&", "~", "1. ", "\\", "http://a", "www.a.", "a@b.c ", "[a]: b\n", "- \n", "> - ", "</p>", "<ul>", "<b>", "<blockquote>", "\t", "_ _a", "<!--", "[^1]: x\n"} {
		long, size := run(strings.Repeat(unit, maxMarkdown/len(unit)))
		if size > 40*maxMarkdown {
			t.Errorf("%q repeated becomes %d bytes", unit, size)
		}
		// A busy machine stretches single runs: the best of a few counts.
		for try := 0; long >= noise; try++ {
			short, _ := run(strings.Repeat(unit, maxMarkdown/times/len(unit)))
			if long <= times*slack*short {
				break
			}
			if try == 4 {
				t.Errorf("%q repeated: %v for the whole, %v for an eighth of it", unit, long, short)
				break
			}
			again, _ := run(strings.Repeat(unit, maxMarkdown/len(unit)))
			long = min(long, again)
		}
	}
}

func TestWriter_plain(t *testing.T) {
	t.Parallel()
	w := newWriter()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"## Aufbau\n\nEin **Text** mit [Link](https://x) & <b>HTML</b>.", 100, "Ein Text mit Link & HTML."},
		{"eins zwei drei vier", 12, "eins zwei …"},
		{"- a\n- b", 100, "a b"},
		{"<script>x</script>ok", 100, "ok"},
		{"", 10, ""},
	} {
		if got := w.plain(c.in, c.n); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
