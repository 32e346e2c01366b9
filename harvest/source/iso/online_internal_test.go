package iso

import "testing"

// TestFileType_understandsProtocols: the ways that catalogues name a download are
// those that the vocabulary knows; words that may mean anything are none.
func TestFileType_understandsProtocols(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{
		"WWW:DOWNLOAD-1.0-http--CSV": "CSV", "WWW:DOWNLOAD-1.0-ftp--GML": "GML", "text/csv; header=present": "CSV", "WWW:DOWNLOAD-1.0-http--download": "", "CSV": "", "HTTP": "", "": "",
	} {
		if got, ok := fileType("https://geo.example.org/x", how, "", ""); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", how, got, ok, want)
		}
	}
}
