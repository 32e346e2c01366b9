package ui

import "html/template"

// icon returns a drawing of 24×24 units in the colour of the text around it.
// It is decoration: the meaning stands beside it in words. An unknown name
// gives the plain dot, so that a theme added later still looks right.
func icon(name string) template.HTML {
	p, ok := drawings[name]
	if !ok {
		p = `<circle cx="12" cy="12" r="4"/>`
	}
	return template.HTML(`<svg class="trio-icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + p + `</svg>`) //nolint:gosec // constant drawings
}

// drawings are our own; the themes carry the codes of the EU vocabulary.
var drawings = map[string]string{
	"search":   `<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>`,
	"check":    `<path d="m4.5 12.500 5 5 10-11"/>`,
	"close":    `<path d="m6 6 12 12M18 6 6 18"/>`,
	"download": `<path d="M12 4v11m-5-4.5 5 5 5-5M4.5 20h15"/>`,
	"external": `<path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"/>`,
	"copy":     `<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3"/>`,
	"file":     `<path d="M6 3h8l5 5v13H6zM14 3v5h5"/>`,
	"service":  `<path d="m7.5 7.5-5 4.5 5 4.5m9-9 5 4.5-5 4.5M14 4.5l-4 15"/>`,
	"filter":   `<path d="M4 6h16M7 12h10m-7 6h4"/>`,
	"next":     `<path d="m9 5 7 7-7 7"/>`,
	"prev":     `<path d="m15 5-7 7 7 7"/>`,
	"theme":    `<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>`,
	"info":     `<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-10v.5"/>`,
	"warning":  `<path d="M12 3.5 22 20.5H2zM12 10v5m0 2.5v.5"/>`,
	"lock":     `<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/>`,
	"org":      `<path d="M3 21h18M5 21V9l7-5 7 5v12M9 21v-5h6v5M9 12h.01M15 12h.01"/>`,
	"data":     `<ellipse cx="12" cy="6" rx="7.5" ry="3"/><path d="M4.5 6v12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3V6M4.5 12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3"/>`,
	"clock":    `<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
	"city":     `<path d="M3 21h18M5 21V11h5v10M10 21V5l4-2v18M14 9h5v12M7 14h1m-1 3h1m8-4h1m-1 4h1"/>`,

	"AGRI": `<path d="M12 21V9m0 4c0-3-2.5-5-6-5 0 3.5 2.5 5 6 5zm0-3c0-3 2.5-5 6-5 0 3.5-2.5 5-6 5zm0 7c0-3 2.5-4.5 6-4.5 0 3.5-2.5 4.5-6 4.500z"/>`,
	"ECON": `<path d="M4 20h16M6 17v-5m4 5V8m4 9v-6m4 6V5"/>`,
	"EDUC": `<path d="m2.5 9 9.5-4.500L21.5 9 12 13.500zM6.5 11v5c1.5 1.3 3.3 2 5.5 2s4-.700 5.5-2v-5M21.5 9v6"/>`,
	"ENER": `<path d="M13 2.5 5 14h6l-1 7.500L18 10h-6z"/>`,
	"ENVI": `<path d="M12 21.500V15m0 0c-3.5 0-6-2.2-6-5.300C6 5.5 12 2.5 12 2.500s6 3 6 7.200c0 3.1-2.5 5.3-6 5.300zm0 0v-4"/>`,
	"GOVE": `<path d="M3.5 20.500h17M5 17h14M6.5 17v-7m3.7 7v-7m3.6 7v-7m3.7 7v-7M4 10l8-6 8 6z"/>`,
	"HEAL": `<path d="M12 20.500S3.5 15.5 3.5 9.500A4.5 4.5 0 0 1 12 7.300a4.5 4.5 0 0 1 8.5 2.200c0 6-8.5 11-8.5 11zM7 11.500h3l1.2-2.5 2 4.5 1-2H17"/>`,
	"INTR": `<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c2.7 2.5 4 5.5 4 9s-1.3 6.5-4 9c-2.7-2.5-4-5.5-4-9s1.3-6.5 4-9z"/>`,
	"JUST": `<path d="M12 3.500v17M7 20.500h10M5 6.500h14M5 6.5 2.5 13a3 3 0 0 0 5 0zm14 0L16.5 13a3 3 0 0 0 5 0z"/>`,
	"REGI": `<path d="M9 4.5 3 7v12.500L9 17l6 2.5 6-2.500V4.500L15 7zM9 4.500V17m6-10v12.5"/>`,
	"SOCI": `<circle cx="8.5" cy="8" r="3"/><circle cx="16.5" cy="9" r="2.3"/><path d="M2.5 19.500c0-3.6 2.5-5.8 6-5.800s6 2.2 6 5.800m1-5.300c3.5-.5 6 1.5 6 5.3"/>`,
	"TECH": `<path d="M9.5 3h5M10.5 3v6L5 18.500A1.5 1.5 0 0 0 6.3 21h11.400a1.5 1.5 0 0 0 1.3-2.500L13.5 9V3M7.5 15h9"/>`,
	"TRAN": `<rect x="5" y="3.5" width="14" height="13" rx="2.5"/><path d="M5 11h14M8.5 14h.01M15.5 14h.01M8 16.5 6 20.500m10-4 2 4M9.5 6.500h5"/>`,
}
