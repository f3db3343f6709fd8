// Command enquiryboard takes CINNOX's enquiry notifications and shows
// supervisors their queues, live and afterwards.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // zones also where the system has none

	"github.com/alecthomas/kong"
)

// The three ways to end.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the whole command line.
type commands struct {
	settings

	Serve        serveCmd        `cmd:"" help:"Take webhooks, serve the pages and the feed."`
	Migrate      migrateCmd      `cmd:"" help:"The database's schema."`
	Simulate     simulateCmd     `cmd:"" help:"Play CINNOX: send notifications to a webhook."`
	Subscribe    subscribeCmd    `cmd:"" help:"Have CINNOX send its enquiry events here."`
	Unsubscribe  unsubscribeCmd  `cmd:"" help:"Have CINNOX stop sending."`
	Subscription subscriptionCmd `cmd:"" help:"Show what CINNOX last said about the subscription."`
	User         userCmd         `cmd:"" help:"Accounts of people."`
	Token        tokenCmd        `cmd:"" help:"API tokens."`
	WebhookKey   webhookKeyCmd   `cmd:"" help:"Keys in webhook URLs."`
	Deliveries   deliveriesCmd   `cmd:"" help:"Deliveries that could not be understood."`
	Export       exportCmd       `cmd:"" help:"Write enquiries or transitions to a file."`
	Refold       refoldCmd       `cmd:"" help:"Fold all deliveries again, and mend what is not their fold."`
	DBURL        dbURLCmd        `cmd:"" name:"db-url" help:"Print the running database's URL, for psql; or run a command with it."`

	Version kong.VersionFlag `help:"Print the version and exit."`
}

// settings are what every command takes.
type settings struct {
	DataDir     string `env:"ENQUIRYBOARD_DATA_DIR" unset:"./data; as root /var/lib/enquiryboard" default:"${data_dir}" placeholder:"DIR" help:"Where the embedded database and the program's own files are."`
	DatabaseURL string `env:"DATABASE_URL" unset:"none: an embedded PostgreSQL in the data directory" placeholder:"URL" help:"PostgreSQL 15 or later to use instead of the embedded one."`
}

// invocation is what a command gets beside its own flags.
type invocation struct {
	settings
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// usageError is a command line that is wrong: exit status 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

func main() { os.Exit(run(os.Args[1:])) }

// run runs one command and gives the exit status.
func run(args []string) int {
	var c commands
	parser := kong.Must(&c,
		kong.Name("enquiryboard"),
		kong.Description("A live board, history and export of CINNOX enquiries."),
		kong.Vars{"version": version(), "data_dir": defaultDataDir()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Help(help),
		kong.ValueFormatter(valueHelp),
		kong.UsageOnError(),
	)
	parsed, err := parser.Parse(args)
	if err != nil {
		return fail(usageError{err.Error() + ": see " + helpFor(err)})
	}
	if c.DataDir == "" { // set to nothing in the environment
		c.DataDir = defaultDataDir()
	}
	// The first signal ends a command in order, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return fail(parsed.Run(&invocation{settings: c.settings, ctx: ctx,
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}))
}

// fail prints an error in one line and gives the exit status it stands for.
func fail(err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(os.Stderr, "enquiryboard:", oneLine(err))
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// helpFor is the command that explains the one that was used wrongly.
func helpFor(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		return parse.Context.Selected().FullPath() + " --help"
	}
	return "enquiryboard --help"
}

// defaultDataDir is a place that the database's own user can walk to: as root
// the server runs as somebody else.
func defaultDataDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/enquiryboard"
	}
	return "./data"
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "enquiryboard (version unknown)"
	}
	v, revision := info.Main.Version, ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = " " + s.Value
		}
	}
	return "enquiryboard " + v + revision + " " + info.GoVersion
}
