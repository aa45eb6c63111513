package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// address and demoVersion are those under which Terraform finds the provider
// in the stage's own mirror.
const (
	address     = "registry.terraform.io/ecswin/ecswin"
	demoVersion = "0.0.1"
)

// stage is what the story plays on: a sandbox, a mirror with the provider,
// and two working folders, all gone when it is closed.
type stage struct {
	dir           string
	first, second string
	url           string
	environment   []string
	cli           string
	// variables are the arguments that give the example its variables.
	variables []string
	// instance is the EC2 instance that launchInstance started.
	instance string
	aws      witness
	sandbox  *sandbox.Sandbox
	server   *http.Server
}

func newStage(ctx context.Context, cli, provider, example string) (*stage, error) {
	dir, err := os.MkdirTemp("", "ecswin-demo-")
	if err != nil {
		return nil, fmt.Errorf("making a working folder: %w", err)
	}
	s := &stage{
		dir:     dir,
		first:   filepath.Join(dir, "first"),
		second:  filepath.Join(dir, "second"),
		cli:     cli,
		sandbox: sandbox.New(sandbox.Options{}),
	}
	if err := errors.Join(s.listen(ctx), s.mirror(provider), copyExample(example, s.first), copyExample(example, s.second)); err != nil {
		s.close()
		return nil, err
	}
	s.environment = s.terraformEnvironment()
	s.aws = newWitness(s.url)
	return s, nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (s *stage) close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	_ = os.RemoveAll(s.dir)
}

func (s *stage) listen(ctx context.Context) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("starting the sandbox on loopback: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.sandbox, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return nil
}

// mirror lays the built provider where Terraform looks for it, as a registry
// would deliver it.
func (s *stage) mirror(provider string) error {
	source, err := filepath.Abs(provider)
	if err != nil {
		return fmt.Errorf("finding the provider: %w", err)
	}
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("the provider is not built (run make build): %w", err)
	}
	folder := filepath.Join(s.dir, "mirror", filepath.FromSlash(address), demoVersion, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("making the provider mirror: %w", err)
	}
	name := "terraform-provider-ecswin_v" + demoVersion
	if err := os.Symlink(source, filepath.Join(folder, name)); err != nil {
		return fmt.Errorf("filling the provider mirror: %w", err)
	}
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.Join(s.dir, "mirror"))
	return os.WriteFile(filepath.Join(s.dir, "terraform.rc"), []byte(config), 0o600)
}

func copyExample(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copying the example: %w", err)
	}
	return nil
}

// terraformEnvironment is this process's without anything that would lead to
// a real account, and with what leads to the sandbox.
func (s *stage) terraformEnvironment() []string {
	var environment []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, "TF_") {
			environment = append(environment, entry)
		}
	}
	for name, value := range s.sandbox.Env(s.url) {
		environment = append(environment, name+"="+value)
	}
	if !isTerminal(os.Stdout) {
		environment = append(environment, "TF_CLI_ARGS=-no-color")
	}
	return append(environment,
		"TF_CLI_CONFIG_FILE="+filepath.Join(s.dir, "terraform.rc"),
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
	)
}

// terraform returns a step that shows a command and what it prints.
func (s *stage) terraform(dir string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		fmt.Printf("$ terraform %s\n", strings.Join(args, " "))
		return s.run(ctx, dir, os.Stdout, args)
	}
}

// outcome returns a step that shows a command and, of what it prints, the
// progress and the closing line.
func (s *stage) outcome(dir string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		fmt.Printf("$ terraform %s\n", strings.Join(args, " "))
		var out strings.Builder
		if err := s.run(ctx, dir, &out, args); err != nil {
			fmt.Print(out.String())
			return err
		}
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "ing...") || strings.Contains(line, " complete") || strings.Contains(line, " successful") {
				fmt.Print(line)
			}
		}
		return nil
	}
}

// quietly returns a step that shows nothing unless it fails.
func (s *stage) quietly(dir string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		var out strings.Builder
		if err := s.run(ctx, dir, &out, args); err != nil {
			fmt.Print(out.String())
			return err
		}
		return nil
	}
}

func (s *stage) run(ctx context.Context, dir string, out io.Writer, args []string) error {
	switch args[0] {
	case "apply", "destroy":
		args = slices.Insert(slices.Clone(args), 1, "-input=false", "-auto-approve")
	case "init", "plan", "import":
		args = slices.Insert(slices.Clone(args), 1, "-input=false")
	}
	cmd := exec.CommandContext(ctx, s.cli, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, s.environment, out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("terraform %s: %w", args[0], err)
	}
	return nil
}
