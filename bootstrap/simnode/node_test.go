package simnode_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/simnode"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const location = "https://downloads.example.com/ecswin-bootstrap.exe"

// userData is rendered as Terraform renders it.
func userData(t *testing.T, form userdata.Form, set map[string]any) string {
	t.Helper()
	doc := nodeconfig.Default()
	doc.Cluster = "prod"
	for path, value := range set {
		if err := doc.Set(path, value, nodeconfig.Origin{}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := userdata.Render(userdata.Request{Document: doc, Form: form, LaunchAgent: userdata.EC2LaunchV2})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func download(content []byte) map[string]any {
	sum := sha256.Sum256(content)
	return map[string]any{"download.source": "https", "download.location": location, "download.sha256": hex.EncodeToString(sum[:])}
}

func TestAnInstanceRunsItsUserData(t *testing.T) {
	t.Parallel()
	flipped := append([]byte{}, simnode.ProgramContent()...)
	flipped[5] ^= 1
	tests := map[string]struct {
		form      userdata.Form
		set       map[string]any
		downloads map[string][]byte
		unbaked   bool
		// runs is how often the bootstrap runs.
		runs int
	}{
		"baked, batch":             {form: userdata.FormScript, runs: 1},
		"baked, PowerShell":        {form: userdata.FormPowerShell, runs: 1},
		"baked, YAML":              {form: userdata.FormYAML, runs: 1},
		"baked, but not there":     {form: userdata.FormScript, unbaked: true},
		"downloaded":               {form: userdata.FormScript, unbaked: true, set: download(simnode.ProgramContent()), downloads: map[string][]byte{location: simnode.ProgramContent()}, runs: 1},
		"downloaded by PowerShell": {form: userdata.FormPowerShell, unbaked: true, set: download(simnode.ProgramContent()), downloads: map[string][]byte{location: simnode.ProgramContent()}, runs: 1},
		"one bit flipped":          {form: userdata.FormScript, unbaked: true, set: download(simnode.ProgramContent()), downloads: map[string][]byte{location: flipped}},
		"no way to the server":     {form: userdata.FormScript, unbaked: true, set: download(simnode.ProgramContent())},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := simnode.New(simnode.Options{
				Machine: sim.Options{UserData: userData(t, test.form, test.set)}, Unbaked: test.unbaked, Downloads: test.downloads,
			})
			if err := n.Launch(); err != nil {
				t.Fatal(err)
			}
			if len(n.Reports()) != test.runs {
				t.Fatalf("the bootstrap ran %d times, want %d; the launch agent: %+v", len(n.Reports()), test.runs, n.Launches())
			}
			if left := n.Machine.Clock().Waiting(); len(left) > 0 {
				t.Errorf("the launch leaves workers behind that wait for %q", left)
			}
			for _, r := range n.Reports() {
				if r.ExitCode != 0 || r.Result != report.ResultJoined {
					t.Errorf("exit code %d, %s: %+v", r.ExitCode, r.Result, r.Error)
				}
			}
			if joined := len(n.Machine.Account().Instances); joined != test.runs {
				t.Errorf("%d container instances are registered, want %d", joined, test.runs)
			}
		})
	}
}

func TestUserDataWithoutADocumentStartsNothing(t *testing.T) {
	t.Parallel()
	n := simnode.New(simnode.Options{Machine: sim.Options{UserData: "<script>\nexit /b 0\n</script>"}})
	if err := n.Launch(); err != nil {
		t.Fatal(err)
	}
	if len(n.Launches()) != 1 || len(n.Reports()) != 0 {
		t.Errorf("launches %+v, runs %d", n.Launches(), len(n.Reports()))
	}
}

func TestAnInstanceWithoutUserDataIsLaunched(t *testing.T) {
	t.Parallel()
	n := simnode.New(simnode.Options{})
	if err := n.Launch(); err != nil || len(n.Launches()) != 0 {
		t.Errorf("launches %+v, %v", n.Launches(), err)
	}
}

func TestUserDataThatCannotBeReadIsAFailure(t *testing.T) {
	t.Parallel()
	n := simnode.New(simnode.Options{Machine: sim.Options{UserData: userData(t, userdata.FormScript, nil), Conditions: []string{"imds-disabled"}}})
	if err := n.Launch(); !errors.Is(err, host.ErrMetadataDisabled) || len(n.Reports()) != 0 {
		t.Errorf("a launch without metadata: %v, %d runs", err, len(n.Reports()))
	}
}
