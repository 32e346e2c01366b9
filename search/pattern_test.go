package search_test

import (
	"regexp"
	"strings"
	"testing"

	"trio.example/search"
)

// TestPattern_fitsLikeARegularExpression: whatever is between its stars.
func TestPattern_fitsLikeARegularExpression(t *testing.T) {
	t.Parallel()
	texts := []string{"", "a", "b", "ab", "ba", "aab", "abab", "äb", "a*b", "a?b", `a\b`, "bäume", "baum", strings.Repeat("ab", 40)}
	for _, p := range []string{"", "*", "**", "?", "a", "a*", "*a", "*a*", "a**b", "a*?b", "**a**b**", "?*?", "*?*?*", `a\*b`, `a\?b`, `a\\b`, `\**`, "b?um*", "*ä*", strings.Repeat("*a", 30), strings.Repeat("*a", 60), strings.Repeat("*", 5000) + "b", strings.Repeat("?*", 5000)} {
		var expr strings.Builder
		escaped := false
		for _, r := range p {
			switch {
			case !escaped && r == '\\':
				escaped = true
				continue
			case !escaped && r == '*':
				if !strings.HasSuffix(expr.String(), ".*") {
					expr.WriteString(".*")
				}
			case !escaped && r == '?':
				expr.WriteString(".")
			default:
				expr.WriteString(regexp.QuoteMeta(string(r)))
			}
			escaped = false
		}
		re := regexp.MustCompile("^(?s:" + expr.String() + ")$")
		parsed := search.ParsePattern(p)
		for _, s := range texts {
			if got, want := parsed.Fits(s), re.MatchString(s); got != want {
				t.Errorf("%.40q fits %.40q: %v", p, s, got)
			}
			if parsed.Fits(s) && !strings.HasPrefix(s, parsed.Literal()) {
				t.Errorf("%.40q fits %.40q and does not begin with %q", p, s, parsed.Literal())
			}
		}
	}
}
