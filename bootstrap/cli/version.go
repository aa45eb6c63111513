package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// versionCommand prints the version.
type versionCommand struct{ JSON bool }

func newVersionCommand(l *line) *cobra.Command {
	c := &versionCommand{}
	command := l.command("version", "Print the version.", c)
	command.Flags().BoolVar(&c.JSON, "json", false, "Print a JSON document with what the program was built from.")
	return command
}

type versionDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Version       string `json:"version"`
	Go            string `json:"go"`
	OS            string `json:"os"`
	Arch          string `json:"arch"`
	Revision      string `json:"revision,omitempty"`
	Modified      bool   `json:"modified,omitempty"`
}

// Run implements the command.
func (c *versionCommand) Run(s *session) error {
	d := versionDocument{SchemaVersion: 1, Version: s.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			switch setting.Key {
			case "vcs.revision":
				d.Revision = setting.Value
			case "vcs.modified":
				d.Modified = setting.Value == "true"
			}
		}
	}
	if c.JSON {
		return output.Document(s.Stdout, d)
	}
	return s.show(d, func() {
		fmt.Fprintf(s.Stdout, "ecswin-bootstrap %s (%s, %s/%s)\n", d.Version, d.Go, d.OS, d.Arch)
	})
}
