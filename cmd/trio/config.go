package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"trio.example/catalog/account"
)

// Config holds the settings every command knows. Each is a flag, a variable
// TRIO_… and a key of the configuration file, in that order of precedence.
type Config struct {
	ConfigFile   string `name:"config" placeholder:"FILE" help:"Configuration file (YAML)."`
	Data         string `name:"data" placeholder:"DIR" help:"Folder of database, index and files (default ./trio-data)."`
	Listen       string `name:"listen" placeholder:"ADDR" help:"Address to listen on (default 127.0.0.1:8080)."`
	SiteURL      string `name:"site-url" placeholder:"URL" help:"Public address of the portal; every link is made from it (default http:// and the listen address)."`
	Title        string `name:"title" help:"Name of the portal."`
	MaxUpload    string `name:"max-upload" placeholder:"MB" help:"Largest file that may be uploaded, in megabytes; 0 switches uploads off (default 100)."`
	Types        string `name:"types" placeholder:"DIR" help:"Folder with the city's own types of datasets, organizations and groups (YAML)."`
	KeyFile      string `name:"key-file" placeholder:"FILE" help:"Key that encrypts the secrets of sources; made when it is needed first (default secret.key in the data folder)."`
	Nightly      string `name:"nightly" placeholder:"HH:MM" help:"When dumps are written, links checked and the day's quality kept, in local time; off switches it off (default 02:30)."`
	KeepRaw      string `name:"keep-raw" placeholder:"DAYS" help:"How long the raw files of survey imports are kept, in days; reports stay (default 180)."`
	Proxies      string `name:"proxies" placeholder:"ADDR,…" help:"Addresses or networks of reverse proxies that are believed about the client's address, e.g. 127.0.0.1 (default none)."`
	SecondFactor string `name:"second-factor" placeholder:"ROLES" help:"Who must set up a second factor before anything else: roles of sysadmin, admin, editor, member with commas between them; officers for the first three; all or none (default none)."`
	LogLevel     string `name:"log-level" placeholder:"LEVEL" help:"debug, info, warn or error (default info)."`

	OperatorName    string `name:"operator-name" help:"Legal name of the operator, for the imprint."`
	OperatorAddress string `name:"operator-address" help:"Address of the operator."`
	OperatorEmail   string `name:"operator-email" help:"E-mail of the operator."`
	OperatorPhone   string `name:"operator-phone" help:"Telephone of the operator."`

	SMTP             string `name:"smtp" placeholder:"URL" help:"Server for outgoing mail: smtp://host:587 (STARTTLS) or smtps://user@host:465 (TLS); unencrypted only on this machine (default none, mail waits)."`
	SMTPPasswordFile string `name:"smtp-password-file" placeholder:"FILE" help:"File with the password for the mail server."`
	MailFrom         string `name:"mail-from" placeholder:"ADDR" help:"Sender of mail, e.g. Datenportal <portal@daten.example.org> (default noreply at the host of site-url)."`
}

var defaults = Config{
	Data: "./trio-data", Listen: "127.0.0.1:8080", LogLevel: "info",
	MaxUpload: "100", Nightly: "02:30", KeepRaw: "180", SecondFactor: "none",
	Title: "Offene Daten München · Augsburg · Nürnberg",
}

// setting is one effective value and where it comes from.
type setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"` // flag, environment, file or default
}

type settings struct{ list []setting }

// loadSettings collects the values of environment and file. Unknown keys in
// either are errors: a misspelled setting must not be ignored in silence.
func loadSettings(args, environ []string) (*settings, error) {
	keys := settingKeys()
	fromEnv := map[string]string{}
	var faults []error
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "TRIO_") {
			continue
		}
		key := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "TRIO_"), "_", "-"))
		if !slices.Contains(keys, key) || name != variable(key) {
			faults = append(faults, fmt.Errorf("unknown variable %s; known are %s", name, knownNames(keys)))
			continue
		}
		if value != "" { // an empty variable is as good as none
			fromEnv[key] = value
		}
	}
	path := flagValue(args, "config")
	if path == "" {
		path = fromEnv["config"]
	}
	fromFile, err := readFile(path, keys)
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	s := &settings{}
	for _, key := range keys {
		st := setting{Key: key, Value: defaultOf(key), Source: "default"}
		if v, ok := fromFile[key]; ok {
			st.Value, st.Source = v, "file"
		}
		if v, ok := fromEnv[key]; ok {
			st.Value, st.Source = v, "environment"
		}
		if hasFlag(args, key) {
			st.Value, st.Source = flagValue(args, key), "flag"
		}
		s.list = append(s.list, st)
	}
	return s, nil
}

// arguments puts the settings that no flag gave in front of the command line,
// so that one parser checks all of them.
func (s *settings) arguments(args []string) []string {
	var out []string
	for _, st := range s.list {
		if st.Source != "flag" && st.Value != "" {
			out = append(out, "--"+st.Key+"="+st.Value)
		}
	}
	return append(out, args...)
}

func settingKeys() []string {
	var keys []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		keys = append(keys, f.Tag.Get("name"))
	}
	return keys
}

func defaultOf(key string) string {
	v := reflect.ValueOf(defaults)
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("name") == key {
			return v.Field(i).String()
		}
	}
	return ""
}

// variable is the name of a setting in the environment.
func variable(key string) string {
	return "TRIO_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// finish takes over what the check of the configuration derived, so that the
// list shows what is in effect, and masks passwords inside addresses.
func (s *settings) finish(c *Config) {
	v := reflect.ValueOf(*c)
	for i := range s.list {
		for j, key := range settingKeys() {
			if key == s.list[i].Key && key != "config" {
				s.list[i].Value = masked(v.Field(j).String())
			}
		}
	}
}

// masked hides the password of an address.
func masked(value string) string {
	if u, err := url.Parse(value); err == nil && u.User != nil {
		return u.Redacted()
	}
	return value
}

func knownNames(keys []string) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = variable(k)
	}
	return strings.Join(names, ", ")
}

func readFile(path string, keys []string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	var values map[string]string
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("configuration %s: %s", path, yaml.FormatError(err, false, true))
	}
	var faults []error
	for key := range values {
		if !slices.Contains(keys, key) || key == "config" {
			faults = append(faults, fmt.Errorf("configuration %s: unknown key %q; known are %s", path, key, strings.Join(keys[1:], ", ")))
		}
	}
	return values, errors.Join(faults...)
}

func hasFlag(args []string, key string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == "--"+key || strings.HasPrefix(a, "--"+key+"=") {
			return true
		}
	}
	return false
}

func flagValue(args []string, key string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--"+key+"="); ok {
			return v
		}
		if a == "--"+key && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// maxUpload is the greatest size of an uploaded file, in bytes.
func (c *Config) maxUpload() int64 {
	n, err := strconv.ParseInt(c.MaxUpload, 10, 64)
	if err != nil {
		return 0 // check has refused it
	}
	return n << 20
}

// keepRaw is how long raw files of the survey are kept.
func (c *Config) keepRaw() time.Duration {
	n, err := strconv.Atoi(c.KeepRaw)
	if err != nil {
		n = 180 // check has refused it
	}
	return time.Duration(n) * 24 * time.Hour
}

// check finishes the configuration and says what does not fit.
func (c *Config) check() error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %q is no address like 127.0.0.1:8080", c.Listen)
	}
	if c.SiteURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "localhost"
		}
		c.SiteURL = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(c.SiteURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("site-url: %q is no address like https://daten.example.org", masked(c.SiteURL))
	}
	c.SiteURL = strings.TrimRight(c.SiteURL, "/")
	if n, err := strconv.Atoi(c.MaxUpload); err != nil || n < 0 || n > 1<<20 {
		return fmt.Errorf("max-upload: %q is no number of megabytes from 0 to 1048576", c.MaxUpload)
	}
	if n, err := strconv.Atoi(c.KeepRaw); err != nil || n < 0 || n > 3650 {
		return fmt.Errorf("keep-raw: %q is no number of days from 0 to 3650", c.KeepRaw)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		return fmt.Errorf("log-level: %q is none of debug, info, warn, error", c.LogLevel)
	}
	if _, err := account.ParseDemand(c.SecondFactor); err != nil {
		return fmt.Errorf("second-factor: %w", err)
	}
	if _, ok := nightly(c.Nightly); !ok && c.Nightly != "off" {
		return fmt.Errorf("nightly: %q is neither a time like 02:30 nor off", c.Nightly)
	}
	return c.checkMail()
}
