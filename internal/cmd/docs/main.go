// Command docs writes docs/ from the provider's schemas, the templates in internal/doctemplates, the examples and the
// rules; with -check it only says what is out of date. It needs terraform on PATH and a built tfplugindocs; it reaches no
// network. docs/design is written by hand and left alone.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

func main() {
	tfplugindocs := flag.String("tfplugindocs", "bin/tfplugindocs", "path of the built tfplugindocs")
	check := flag.Bool("check", false, "change nothing; fail if docs/ is out of date")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *tfplugindocs, *check, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// run works from the module's root.
func run(ctx context.Context, tfplugindocs string, check bool, out io.Writer) (err error) {
	work, err := os.MkdirTemp("", "ecswin-docs-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	terraform, err := newTerraform(ctx, work)
	if err != nil {
		return err
	}
	schema, err := terraform.schema(ctx)
	if err != nil {
		return err
	}
	rendered := filepath.Join(work, "docs")
	if err := render(ctx, tfplugindocs, schema, rendered); err != nil {
		return err
	}
	if err := terraform.validateExamples(ctx, os.DirFS(rendered)); err != nil {
		return err
	}
	if err := appendRules(filepath.Join(rendered, "rules.md")); err != nil {
		return err
	}
	if err := writePages(rendered); err != nil {
		return err
	}
	changes, err := diff(os.DirFS(rendered), os.DirFS("docs"))
	if err != nil {
		return err
	}
	if check {
		if len(changes) > 0 {
			return fmt.Errorf("docs/ is out of date, run make generate:\n%s", list(changes))
		}
		return nil
	}
	fmt.Fprint(out, list(changes))
	return apply(changes, "docs")
}

// render has tfplugindocs write its pages to the folder rendered, which must not exist.
func render(ctx context.Context, tfplugindocs, schema, rendered string) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(root, rendered)
	if err != nil {
		return err
	}
	_, err = command(ctx, nil, tfplugindocs, "generate",
		"--provider-dir", root,
		"--provider-name", "ecswin",
		"--providers-schema", schema,
		"--website-source-dir", "internal/doctemplates",
		"--rendered-website-dir", relative)
	return err
}

// appendRules adds the rules to the page that introduces them, which is among the templates.
func appendRules(path string) error {
	introduction, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	page := string(introduction) + "\n" + strings.TrimSpace(rules.Markdown()) + "\n"
	return os.WriteFile(path, []byte(page), 0o600)
}

// command runs a program and returns its standard output; its error says what the program said.
func command(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(withoutTerraform(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(stderr.String() + "\n" + stdout.String())
		return nil, fmt.Errorf("running %s: %w\n%s", cmd, err, said)
	}
	return stdout.Bytes(), nil
}

// withoutTerraform drops Terraform's own variables: a TF_CLI_ARGS or TF_LOG of the caller's would end up in the result.
func withoutTerraform(env []string) []string {
	var kept []string
	for _, pair := range env {
		if !strings.HasPrefix(pair, "TF_") {
			kept = append(kept, pair)
		}
	}
	return kept
}
