package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// asked counts the questions for metadata.
type asked struct {
	host.Metadata
	times int
}

func (a *asked) Get(ctx context.Context, path string) (string, error) {
	a.times++
	return a.Metadata.Get(ctx, path)
}

// TestServiceAsksForNoMetadataBeforeItRuns: a metadata service that does not answer must not keep the service control manager
// waiting. Other commands may ask how they are to log.
func TestServiceAsksForNoMetadataBeforeItRuns(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]bool{"service run": false, "apply --until lock": true} {
		m := sim.New(sim.Options{UserData: "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"})
		h := m.Host()
		metadata := &asked{Metadata: h.Metadata}
		h.Metadata = metadata
		var stdout, stderr bytes.Buffer
		p := Program{
			Version: "test", Path: `C:\ecswin-bootstrap.exe`, Stdout: &stdout, Stderr: &stderr,
			Machine: func(context.Context) (Machine, error) { return thisHost{h, m.CloudOf(h)}, nil },
		}
		args := append(strings.Fields(command), "--state-dir", filepath.Join(t.TempDir(), "state"))
		if err := m.Run(func() { p.Run(t.Context(), args) }); err != nil {
			t.Fatal(err)
		}
		// Nothing becomes a service here: no service control manager has started it.
		if command == "service run" && stderr.Len() == 0 {
			t.Errorf("%s said nothing", command)
		}
		if got := metadata.times > 0; got != want {
			t.Errorf("%s asked for metadata %d times", command, metadata.times)
		}
	}
}
