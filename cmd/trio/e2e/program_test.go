package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once.
var binary string

// portal is one demo that all read-only tests share.
var portal *server

func TestMain(m *testing.M) {
	os.Exit(testMain(m))
}

// crashRounds is how many kills the long crash test takes; "" for a few.
var crashRounds = os.Getenv("TRIO_CRASH_ROUNDS")

func testMain(m *testing.M) int {
	if len(os.Args) > 2 && os.Args[1] == measuring {
		return runMeasured(os.Args[2:])
	}
	// The program refuses variables with its prefix that it does not know.
	for _, name := range []string{"TRIO_CRASH_ROUNDS", "TRIO_LOAD_SECONDS"} {
		if err := os.Unsetenv(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	dir, err := os.MkdirTemp("", "trio-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "trio")
	build := exec.Command("go", "build", "-o", binary, "trio.example/cmd/trio")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	if portal, err = start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--log-level", "debug"); err != nil {
		fmt.Fprintln(os.Stderr, "start the demo:", err)
		return 1
	}
	defer portal.stop()
	return m.Run()
}

// server is a running program.
type server struct {
	URL, Token, Data      string
	Login, Password, Link string // ways into the demo
	cmd                   *exec.Cmd
	mu                    sync.Mutex
	log                   bytes.Buffer
}

// start runs the program until it prints its line of JSON.
func start(args ...string) (*server, error) {
	s := &server{cmd: exec.Command(binary, args...)}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = writer(func(p []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.log.Write(p)
	})
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		if err := json.Unmarshal([]byte(text), s); err != nil {
			s.stop()
			return nil, fmt.Errorf("%w in %q; log:\n%s", err, text, s.logged())
		}
		return s, nil
	case <-time.After(60 * time.Second):
		s.stop()
		return nil, fmt.Errorf("no line after a minute; log:\n%s", s.logged())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// stop asks the program to end, as a service manager would.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
	}
}

// trio runs a command to its end.
func trio(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !asExit(err, &exit) {
		t.Fatalf("trio %v: %v", args, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

func asExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // exec returns it unwrapped
	*exit = e
	return ok
}

// get fetches a page of the portal as anonymous.
func (s *server) get(t *testing.T, path string) (status int, header http.Header, body string) {
	t.Helper()
	return s.getAs(t, "", path)
}

// getAs fetches a page with a token.
func (s *server) getAs(t *testing.T, token, path string) (status int, header http.Header, body string) {
	t.Helper()
	return fetchAs(t, token, s.URL+path)
}

// fetchAs fetches an address with a token, "" for everybody.
func fetchAs(tb testing.TB, token, address string) (status int, header http.Header, body string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatalf("GET %s: %v", address, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatalf("GET %s: %v", address, err)
	}
	return res.StatusCode, res.Header, string(text)
}

// action calls the API as anonymous and returns the result.
func action[T any](t *testing.T, s *server, name string, args url.Values) T {
	t.Helper()
	status, _, body := s.get(t, "/api/3/action/"+name+"?"+args.Encode())
	var env struct {
		Success bool
		Result  T
	}
	if err := json.Unmarshal([]byte(body), &env); err != nil || status != http.StatusOK || !env.Success {
		t.Fatalf("%s %v: %d %.300s (%v)", name, args, status, body, err)
	}
	return env.Result
}

// post calls the API with a token.
func (s *server) post(t testing.TB, name string, args any, result any) (status int, body string) {
	t.Helper()
	text, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/3/action/"+name, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", s.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if result != nil && res.StatusCode == http.StatusOK {
		env := map[string]json.RawMessage{}
		if err := json.Unmarshal(out, &env); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(env["result"], result); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode, strings.TrimSpace(string(out))
}
