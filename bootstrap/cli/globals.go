package cli

import (
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// globals are the flags of every command.
type globals struct {
	Config       string `placeholder:"FILE" help:"File with the NodeConfig document; the same as --config-source file://FILE."`
	ConfigSource string `placeholder:"URI" help:"Where the NodeConfig document is: imds://user-data, file://PATH or ssm://NAME. Default: imds://user-data."`

	Output    string        `enum:"human,json,ndjson" default:"human" help:"Form of the result: ${enum}."`
	LogLevel  string        `enum:"trace,debug,info,warn,error" placeholder:"LEVEL" help:"Level of the log on standard error: ${enum}. Default: log.level if the document gives it, else warn."`
	LogFormat string        `enum:"text,json" placeholder:"FORM" help:"Form of the log: ${enum}. Default: log.format of the document, else text."`
	Timeout   time.Duration `placeholder:"DURATION" help:"End the run after this long, as 10m. Default: timeouts.total of the document."`
	Verbose   bool          `short:"v" help:"Show what was seen of every phase, too."`
	NoColor   bool          `help:"No colours. The variable NO_COLOR does the same."`

	StateDir string `placeholder:"FOLDER" help:"Folder of the state. With --simulate: folder in which a simulated machine lives on between commands."`
	Simulate string `placeholder:"SCENARIO" help:"Work on a simulated machine from this scenario file, and not on this one."`

	RebootExitCode int `default:"10" help:"Exit code for a reboot that is needed; Windows installers use 3010."`
}

// check says what is wrong with flags that the parser took.
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
	Only  []string `placeholder:"PHASE" help:"Run these phases only."`
	Skip  []string `placeholder:"PHASE" help:"Leave these phases out."`
	Until string   `placeholder:"PHASE" help:"Stop after this phase, as for an image that is baked."`
}
