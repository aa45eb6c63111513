package cli

import (
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/pflag"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// globals are the flags of every command.
type globals struct {
	Config, ConfigSource        string
	Output, LogLevel, LogFormat string
	Timeout                     time.Duration
	Verbose, NoColor            bool
	StateDir, Simulate          string
	RebootExitCode              int
}

// bind adds the flags.
func (g *globals) bind(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringVar(&g.Config, "config", "", "`FILE` with the NodeConfig document; the same as --config-source file://FILE.")
	flags.StringVar(&g.ConfigSource, "config-source", "",
		"`URI` of the NodeConfig document: imds://user-data, file://PATH or ssm://NAME. Default: imds://user-data.")
	oneOf(flags, &g.Output, "output", "human", "`FORM` of the result: %s.", "human", "json", "ndjson")
	oneOf(flags, &g.LogLevel, "log-level", "",
		"`LEVEL` of the log on standard error: %s. Default: log.level if the document gives it, else warn.",
		"trace", "debug", "info", "warn", "error")
	oneOf(flags, &g.LogFormat, "log-format", "", "`FORM` of the log: %s. Default: log.format of the document, else text.", "text", "json")
	flags.DurationVar(&g.Timeout, "timeout", 0, "End the run after this `DURATION`, as 10m. Default: timeouts.total of the document.")
	flags.BoolVarP(&g.Verbose, "verbose", "v", false, "Show what was seen of every phase, too.")
	flags.BoolVar(&g.NoColor, "no-color", false, "No colours. The variable NO_COLOR does the same.")
	flags.StringVar(&g.StateDir, "state-dir", "",
		"`FOLDER` of the state. With --simulate: folder in which a simulated machine lives on between commands.")
	flags.StringVar(&g.Simulate, "simulate", "", "Work on a simulated machine from this `SCENARIO` file, and not on this one.")
	flags.IntVar(&g.RebootExitCode, "reboot-exit-code", 10, "Exit `CODE` for a reboot that is needed; Windows installers use 3010.")
}

// check says what is wrong with flags that were read.
func (g *globals) check() error {
	switch {
	case g.Config != "" && g.ConfigSource != "":
		return fault.New("E_USAGE", nil, "--config and --config-source exclude each other")
	case g.Timeout < 0:
		return fault.New("E_USAGE", nil, "--timeout %s is negative", g.Timeout)
	case g.RebootExitCode < 1 || g.RebootExitCode > 65535:
		return fault.New("E_USAGE", nil, "--reboot-exit-code %d is not between 1 and 65535", g.RebootExitCode)
	}
	return nil
}

func (g *globals) format() output.Format { return output.Format(g.Output) }

func (g *globals) level() hclog.Level {
	if g.LogLevel == "" {
		return hclog.Warn
	}
	return hclog.LevelFromString(g.LogLevel)
}

// phases are the flags that choose phases.
type phases struct {
	Only, Skip []string
	Until      string
}

// bind adds the flags.
func (p *phases) bind(flags *pflag.FlagSet) {
	flags.StringSliceVar(&p.Only, "only", nil, "Run this `PHASE` only, or these with commas between them.")
	flags.StringSliceVar(&p.Skip, "skip", nil, "Leave this `PHASE` out, or these with commas between them.")
	flags.StringVar(&p.Until, "until", "", "Stop after this `PHASE`, as for an image that is baked.")
}
