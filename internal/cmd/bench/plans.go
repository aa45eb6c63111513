package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// measurePlans lets the Terraform CLI plan definitions against a sandbox. The
// provider runs beside it, so that its own memory can be read.
func measurePlans(ctx context.Context, dir, terraform, provider string) error {
	p := planner{dir: dir, terraform: terraform, provider: provider}
	wide, err := p.plan(ctx, 1, 10, 100)
	if err != nil {
		return err
	}
	fmt.Printf("plan of 1 definition with 10 containers of 100 environment entries: %.2f s, provider %d MiB; at most %.0f s\n",
		wide.elapsed.Seconds(), wide.memory>>20, maxWidePlan)
	for _, n := range []int{50, 100, 200, 500} {
		m, err := p.plan(ctx, n, 3, 20)
		if err != nil {
			return err
		}
		fmt.Printf("plan of %3d definitions with 3 containers of 20 environment entries: %.2f s, %.1f ms a definition, provider %d MiB\n",
			n, m.elapsed.Seconds(), float64(m.elapsed.Milliseconds())/float64(n), m.memory>>20)
	}
	if wide.elapsed.Seconds() > maxWidePlan {
		return fmt.Errorf("the plan of one wide definition took %.2f s, more than %.0f", wide.elapsed.Seconds(), maxWidePlan)
	}
	return nil
}

type planner struct {
	dir, terraform, provider string
}

// measurement is what one plan cost.
type measurement struct {
	elapsed time.Duration
	// memory is the provider's largest resident set, in bytes; 0 where the
	// system does not tell.
	memory int64
}

func (p planner) plan(ctx context.Context, definitions, containers, environment int) (measurement, error) {
	work := filepath.Join(p.dir, fmt.Sprintf("plan-%d-%d-%d", definitions, containers, environment))
	if err := os.MkdirAll(work, 0o755); err != nil {
		return measurement{}, fmt.Errorf("making a working folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, "main.tf"), configuration(definitions, containers, environment), 0o600); err != nil {
		return measurement{}, fmt.Errorf("writing the configuration: %w", err)
	}
	aws := sandbox.New(sandbox.Options{})
	server := httptest.NewServer(aws)
	defer server.Close()
	environ := cleanEnvironment()
	for name, value := range aws.Env(server.URL) {
		environ = append(environ, name+"="+value)
	}
	served, err := serve(ctx, p.provider, environ)
	if err != nil {
		return measurement{}, err
	}
	defer served.stop()
	cmd := exec.CommandContext(ctx, p.terraform, "plan", "-no-color", "-input=false", "-out=plan")
	cmd.Dir = work
	cmd.Env = append(slices.Clone(environ), "TF_REATTACH_PROVIDERS="+served.reattach)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return measurement{}, fmt.Errorf("terraform plan: %w\n%s", err, out.String())
	}
	elapsed := time.Since(started)
	if want := fmt.Sprintf("Plan: %d to add", definitions); !strings.Contains(out.String(), want) {
		return measurement{}, fmt.Errorf("terraform plan did not say %q", want)
	}
	return measurement{elapsed: elapsed, memory: served.peakMemory()}, nil
}

func configuration(definitions, containers, environment int) []byte {
	var b bytes.Buffer
	b.WriteString("terraform {\n  required_providers {\n    ecswin = { source = \"ecswin/ecswin\" }\n  }\n}\nprovider \"ecswin\" {}\n")
	fmt.Fprintf(&b, `
resource "ecswin_task_definition" "bench" {
  count            = %d
  family           = "bench-${count.index}"
  runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  container_definitions = { for c in range(%d) : "container-${c}" => {
    image         = "mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"
    cpu           = 256
    memory        = 512
    port_mappings = [{ container_port = 8000 + c }]
    environment   = { for e in range(%d) : "NAME_${e}" => "value ${e}" }
  } }
}
`, definitions, containers, environment)
	return b.Bytes()
}

func cleanEnvironment() []string {
	environ := []string{"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "TF_") {
			environ = append(environ, entry)
		}
	}
	return environ
}

// servedProvider is a provider that was started as for a debugger.
type servedProvider struct {
	cmd      *exec.Cmd
	reattach string
}

func serve(ctx context.Context, provider string, environ []string) (*servedProvider, error) {
	cmd := exec.CommandContext(ctx, provider, "-debug")
	cmd.Env = environ
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the provider: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the provider: %w", err)
	}
	s := &servedProvider{cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, value, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS="); ok {
			s.reattach = strings.Trim(value, "'")
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if !json.Valid([]byte(s.reattach)) {
		s.stop()
		return nil, errors.New("the provider did not say how to attach to it")
	}
	return s, nil
}

func (s *servedProvider) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// peakMemory reads Linux's own count of the largest resident set.
func (s *servedProvider) peakMemory() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
