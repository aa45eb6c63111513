package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const scenarios = "../../examples/scenarios/"

// steady makes a screen of a simulated machine the same on every checkout: a scenario's path and nothing else differs.
func steady(screen, folder string) string {
	screen = strings.ReplaceAll(screen, scenarios, "")
	if folder != "" {
		screen = strings.ReplaceAll(screen, folder, "FOLDER")
	}
	return screen
}

// TestScreensOfSimulatedMachines shows each command on machines whose life has taken a turn.
func TestScreensOfSimulatedMachines(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		scenario string
		commands []string
	}{
		"clean-node":           {"clean", []string{"plan", "apply", "apply", "verify", "verify -v", "status", "doctor --all"}},
		"published-latencies":  {"published-latencies", []string{"apply", "timeline", "timeline --format prom", "timeline --format emf"}},
		"nat-missing":          {"nat-missing-repair-off", []string{"plan", "apply", "doctor"}},
		"terminal-agent-exit":  {"cluster-missing", []string{"apply", "status", "doctor"}},
		"imds-lost-after-hns":  {"imds-lost-after-nat", []string{"apply", "doctor --only net,metadata"}},
		"checkpoint-elsewhere": {"checkpoint-other-cluster", []string{"apply", "doctor --only agent"}},
		"iis-on-port-80":       {"iis-on-port-80", []string{"apply", "doctor --only net,agent"}},
		"trunking-required":    {"trunking-required", []string{"plan", "apply"}},
		"reboot":               {"clean", []string{"apply", "reboot --wait 0s", "doctor --only machine,services,net", "reboot", "status"}},
		"reboot-needed":        {"rename-pending", []string{"apply --reboot-exit-code 3010"}},
		"reset":                {"clean", []string{"apply", "reset", "reset --yes", "status", "plan --detailed-exitcode --only docker"}},
		"drain-and-signal":     {"clean", []string{"apply", "drain", "signal asg --result CONTINUE", "signal cfn --result SUCCESS --stack s --resource r"}},
		"service":              {"clean", []string{"service install", "service uninstall", "service run"}},
		"image-build":          {"image-build", []string{"apply", "config check", "status"}},
		"malformed-document":   {"malformed-document", []string{"apply", "config check"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			var screens strings.Builder
			for _, command := range tt.commands {
				args := append(strings.Fields(command), "--simulate", scenarios+tt.scenario+".yaml", "--state-dir", folder)
				got := (call{}).run(t, args...)
				if !strings.Contains(got.stdout+got.stderr, "SIMULATED") && !strings.Contains(got.stdout, `simulated="`+tt.scenario+`"`) &&
					!strings.Contains(got.stdout, `"Simulated":"`+tt.scenario+`"`) && !strings.HasPrefix(command, "config") {
					t.Errorf("%s does not say that it is simulated:\n%s", command, got.stdout+got.stderr)
				}
				screens.WriteString(got.screen(args) + "\n")
			}
			golden(t, "simulated/"+name+".txt", steady(screens.String(), folder))
		})
	}
}

// TestMachineLivesOn shows that commands on one folder see what those before them did, and that without one they do not.
func TestMachineLivesOn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	on := func(args ...string) result {
		return (call{}).run(t, append(args, "--simulate", scenarios+"clean.yaml", "--state-dir", folder, "--output", "json")...)
	}
	if got := on("apply"); !strings.Contains(got.stdout, `"result": "joined"`) {
		t.Fatalf("apply: %+v", got)
	}
	first := on("status")
	if second := on("status"); first != second || !strings.Contains(first.stdout, `"connectedToAcs": true`) {
		t.Errorf("status changes or knows of no member:\n%s", cmp.Diff(first.stdout, second.stdout))
	}
	if got := on("apply"); !strings.Contains(got.stdout, `"result": "unchanged"`) {
		t.Errorf("the second apply: %s", got.stdout)
	}
	alone := (call{}).run(t, "status", "--simulate", scenarios+"clean.yaml", "--output", "json")
	if !strings.Contains(alone.stdout, `"stateKnown": false`) {
		t.Errorf("without a folder: %s", alone.stdout)
	}
	other := (call{}).run(t, "status", "--simulate", scenarios+"nat-missing.yaml", "--state-dir", folder)
	if other.code != 2 || !strings.Contains(other.stderr, "E_SCENARIO") {
		t.Errorf("another scenario on the same folder: %+v", other)
	}
}

// TestDocumentIsKept shows that a machine that lives on does not depend on what became of the file it was given.
func TestDocumentIsKept(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "node.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: default\n")
	args := []string{"--simulate", scenarios + "clean.yaml", "--state-dir", folder}
	if got := (call{}).run(t, append(args, "apply", "--config", file)...); got.code != 0 {
		t.Fatalf("apply: %+v", got)
	}
	write("nonsense")
	if got := (call{}).run(t, append(args, "status")...); !strings.Contains(got.stdout, "in cluster default") {
		t.Errorf("status: %+v", got)
	}
}

func TestEventsAreAStream(t *testing.T) {
	t.Parallel()
	got := (call{}).run(t, "apply", "--simulate", scenarios+"rename-pending.yaml", "--output", "ndjson", "--reboot-exit-code", "3010")
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	var last struct {
		Type   string
		Report struct{ ExitCode int }
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if got.code != 3010 || last.Type != "report" || last.Report.ExitCode != 3010 || len(lines) < 5 {
		t.Errorf("exit code %d, last line %+v of %d", got.code, last, len(lines))
	}
}

func TestResetAsks(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]int{"yes\n": 0, "no\n": 2, "": 2} {
		got := (call{terminal: true, stdin: answer}).run(t, "reset", "--for-ami", "--simulate", scenarios+"clean.yaml")
		if got.code != want || !strings.Contains(got.stderr, "This will") {
			t.Errorf("answer %q: exit code %d, want %d\n%s", answer, got.code, want, got.stderr)
		}
	}
}

// TestBundle shows that a bundle is the same bytes for the same machine, and what it holds.
func TestBundle(t *testing.T) {
	t.Parallel()
	var bundles [2][]byte
	for i := range bundles {
		folder := t.TempDir()
		file := filepath.Join(folder, "bundle.zip")
		args := []string{"--simulate", scenarios + "clean.yaml", "--state-dir", folder}
		if got := (call{}).run(t, append(args, "apply")...); got.code != 0 {
			t.Fatalf("apply: %+v", got)
		}
		if got := (call{}).run(t, append(args, "doctor", "--bundle", file)...); got.code != 0 {
			t.Fatalf("doctor: %+v", got)
		}
		var err error
		if bundles[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(bundles[0], bundles[1]) {
		t.Error("two bundles of the same machine differ")
	}
	files := unzip(t, bundles[0])
	for name, part := range map[string]string{
		"README.txt": "SIMULATED", "doctor.json": `"healthy": true`, "state.json": `"instanceId"`, "network.json": `"mac"`, "logs/ecs-agent.log": "Connected to ACS",
		"environment.json": `"ECS_CLUSTER": "prod"`, "services.json": "AmazonECS", "network/adapters.json": "vEthernet (nat)",
	} {
		if !strings.Contains(files[name], part) {
			t.Errorf("%s does not hold %q:\n%s", name, part, files[name])
		}
	}
}

func unzip(t *testing.T, content []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}
