package site

// pager links the pages of a list.
type pager struct {
	Prev, Next string
	Pages      []pageLink
	Page, Last int
}

// pageLink with number 0 stands for a gap.
type pageLink struct {
	Number  int
	URL     string
	Current bool
}

// pagerReach is how many pages are linked on either side of the current one.
const pagerReach = 2

func (r *request) pager(base string, st state, total int) pager {
	p := pager{Page: st.page, Last: (total + pageSize - 1) / pageSize}
	if p.Last <= 1 || st.page > p.Last {
		return p
	}
	url := func(n int) string { return base + st.at(n).query() }
	if st.page > 1 {
		p.Prev = url(st.page - 1)
	}
	if st.page < p.Last {
		p.Next = url(st.page + 1)
	}
	last := 0
	for n := 1; n <= p.Last; n++ {
		if n != 1 && n != p.Last && (n < st.page-pagerReach || n > st.page+pagerReach) {
			n = skip(n, st.page, p.Last)
			if n == 0 {
				break
			}
		}
		if n > last+1 {
			p.Pages = append(p.Pages, pageLink{})
		}
		p.Pages = append(p.Pages, pageLink{Number: n, URL: url(n), Current: n == st.page})
		last = n
	}
	return p
}

// skip returns the next page number that is shown, 0 when there is none, so
// that ten thousand pages cost no ten thousand steps.
func skip(n, page, last int) int {
	switch {
	case n < page-pagerReach:
		return page - pagerReach
	case n <= last:
		return last
	default:
		return 0
	}
}
