package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"trio.example/catalog"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitProblem = 1 // the command ran and found a problem, or failed
	exitUsage   = 2 // the command was called wrongly
)

// errProblem ends a command with exitProblem after it has said itself what is wrong.
var errProblem = errors.New("a problem was found")

// CLI is the command line. Global flags are also TRIO_… variables and keys of
// the configuration file.
type CLI struct {
	Config `embed:""`

	Serve    ServeCmd    `cmd:"" help:"Run the portal."`
	Demo     DemoCmd     `cmd:"" help:"Import the sample survey of three cities into a throw-away folder and serve it."`
	Survey   SurveyCmd   `cmd:"" help:"Import and approve answers of the data-silo survey."`
	Template TemplateCmd `cmd:"" help:"Check, adopt, merge and export survey templates."`
	Round    RoundCmd    `cmd:"" help:"Run survey rounds: offices, links, progress."`
	Harvest  HarvestCmd  `cmd:"" help:"Take over catalogues elsewhere regularly."`
	Import   ImportCmd   `cmd:"" help:"Take over the datasets of an RDF file or feed."`
	Export   ExportCmd   `cmd:"" help:"Write all public datasets to a file."`
	Validate ValidateCmd `cmd:"" help:"Check RDF files, or the whole public catalogue, against DCAT-AP.de 3.0."`
	Dump     DumpCmd     `cmd:"" help:"Write the whole public catalogue into files, as every night."`
	Quality  QualityCmd  `cmd:"" help:"Tell how well datasets are described, and what would earn most."`
	Repair   RepairCmd   `cmd:"" help:"Set one field of many datasets: preview, apply, undo."`
	Vocab    VocabCmd    `cmd:"" help:"List, check, map and update the controlled vocabularies."`
	Links    LinksCmd    `cmd:"" help:"Check whether the addresses of distributions answer."`
	Bench    BenchCmd    `cmd:"" help:"Measure search on made-up datasets, in proportion to a file of the same size."`
	Reindex  ReindexCmd  `cmd:"" help:"Build the search index anew."`
	Check    CheckCmd    `cmd:"" help:"Prove that change log, history, index and files belong together."`
	User     UserCmd     `cmd:"" help:"Manage accounts."`
	Token    TokenCmd    `cmd:"" help:"Manage API tokens."`
	Mail     MailCmd     `cmd:"" help:"Look at outgoing mail, try it, print its texts."`
	Settings SettingsCmd `cmd:"" name:"config" help:"Print the effective configuration and where each value comes from."`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}

// env is what a command gets beside its own flags.
type env struct {
	ctx      context.Context
	stdout   io.Writer
	stderr   io.Writer
	cfg      *Config
	settings []setting
	listener net.Listener // set by listen
}

// printf writes to standard output. A closed pipe ends the program by signal;
// other faults of the terminal cannot be told to anybody.
func (e *env) printf(format string, args ...any) { fmt.Fprintf(e.stdout, format, args...) }

// notef writes what is not the command's result to standard error.
func (e *env) notef(format string, args ...any) { fmt.Fprintf(e.stderr, format, args...) }

// none says that a list is empty; nothing at all would look like a failure.
func (e *env) none(n int, text string) {
	if n == 0 {
		e.notef("%s\n", text)
	}
}

// run parses the command line and runs the command; it returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	var cli CLI
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("trio"),
		kong.Description("Trio: open-data portal and dataset registry.\n\nEvery global flag is also a variable TRIO_… and a key of the file named by --config."),
		kong.UsageOnError(),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.Help(helpWithExitCodes),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Vars{"version": version},
	)
	if err != nil {
		fmt.Fprintln(stderr, "trio:", err)
		return exitProblem
	}
	settings, err := loadSettings(args, environ)
	if err != nil {
		fmt.Fprintln(stderr, "trio:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(settings.arguments(args))
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintln(stderr, "trio:", err)
		fmt.Fprintln(stderr, "trio --help or trio COMMAND --help says how to use it.")
		return exitUsage
	}
	if err := cli.Config.check(); err != nil {
		fmt.Fprintln(stderr, "trio:", err)
		return exitUsage
	}
	settings.finish(&cli.Config)
	setupLog(stderr, cli.LogLevel)
	if ownMemory(kctx.Command()) {
		boundGarbage()
	} else {
		defer boundMemory(ctx)()
	}
	err = kctx.Run(&env{ctx: ctx, stdout: stdout, stderr: stderr, cfg: &cli.Config, settings: settings.list})
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errProblem):
		return exitProblem
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "trio:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "trio:", explain(err))
	return exitProblem
}

// ownMemory reports whether a command answers requests, where garbage comes with
// every answer and collecting it more often costs more than memory, or does nothing
// but build an index, which has a rule of its own.
func ownMemory(command string) bool {
	first, _, _ := strings.Cut(command, " ")
	return slices.Contains([]string{"serve", "demo", "bench", "reindex"}, first)
}

// helpWithExitCodes ends the help of every command with what its exit codes mean.
func helpWithExitCodes(options kong.HelpOptions, ctx *kong.Context) error {
	err := kong.DefaultHelpPrinter(options, ctx)
	fmt.Fprintln(ctx.Stdout, "\nExit codes: 0 ok, 1 a problem was found, 2 wrong use.")
	return err
}

// errUsage marks an error of how the command was called.
var errUsage = errors.New("wrong use")

// explain prints the German sentence of an error that has one.
func explain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "Abgebrochen."
	}
	var e *catalog.Error
	if errors.As(err, &e) && e.Kind != catalog.KindInternal {
		if len(e.Findings) > 0 {
			text := e.Findings[0].Message.In("de")
			if r := e.Findings[0].Remedy.In("de"); r != "" {
				text += " " + r
			}
			return text
		}
		return e.Message
	}
	return err.Error()
}

func setupLog(w io.Writer, level string) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})))
}

// isTerminal reports whether progress can be drawn on the stream.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
