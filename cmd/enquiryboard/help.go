package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// help is kong's, and for the whole program also all settings, whichever
// command they belong to.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	w := tabwriter.NewWriter(ctx.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nSettings (a flag wins over the environment, the environment over the default):\n")
	fmt.Fprint(w, "  Flag\tEnvironment\tDefault\n")
	for _, f := range settingFlags(ctx.Model.Node) {
		fmt.Fprintf(w, "  --%s\t%s\t%s\n", f.Name, strings.Join(f.Envs, ", "), defaultOf(f.Value))
	}
	for _, name := range []string{envOIDCSecret, envSealKey, envBaseURL, envAppID, envAppToken} {
		fmt.Fprintf(w, "  \t%s\t%s\n", name, environmentOnly[name])
	}
	fmt.Fprint(w, "\nExit status: 0 done, 1 failed, 2 wrong usage.\n")
	return w.Flush()
}

// environmentOnly are the defaults of settings without a flag: secrets, which a
// command line would show to every user of the machine, and what goes with them.
var environmentOnly = map[string]string{
	envOIDCSecret: "none",
	envSealKey:    "none: secret.key in the data directory. 32 bytes in base64; replicas share it",
	envBaseURL:    "none: as it was saved under Settings > CINNOX",
	envAppID:      "none: likewise",
	envAppToken:   "none: likewise",
}

// settingFlags are the flags that the environment can set, each once.
func settingFlags(n *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	_ = kong.Visit(n, func(v kong.Visitable, next kong.Next) error {
		f, ok := v.(*kong.Flag)
		if ok && len(f.Envs) > 0 && !slices.ContainsFunc(flags, func(g *kong.Flag) bool { return g.Name == f.Name }) {
			flags = append(flags, f)
		}
		return next(nil)
	})
	slices.SortFunc(flags, func(a, b *kong.Flag) int { return strings.Compare(a.Name, b.Name) })
	return flags
}

// defaultOf is a flag's default: in the words of its tag unset, where it has
// any, since some depend on where the program runs.
func defaultOf(v *kong.Value) string {
	return cmp.Or(strings.ReplaceAll(v.Tag.Get("unset"), "${default_addr}", defaultAddr), v.Default)
}

// valueHelp is kong's, and says the default where kong's placeholder does not.
func valueHelp(v *kong.Value) string {
	said := *v
	if d := defaultOf(v); v.Flag != nil && v.Flag.PlaceHolder != "" && d != "" && !strings.HasPrefix(d, "none:") {
		said.Help = strings.TrimSuffix(v.Help, ".") + " (default " + d + ")."
	}
	return kong.DefaultHelpValueFormatter(&said)
}
