package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// terraform is the CLI on PATH, made to use a provider built from this source. It needs no init and reaches no registry.
type terraform struct {
	work string
	env  []string
}

// newTerraform builds the provider into the folder work.
func newTerraform(ctx context.Context, work string) (terraform, error) {
	if _, err := command(ctx, nil, "go", "build", "-o", work+string(filepath.Separator), "."); err != nil {
		return terraform{}, err
	}
	config := filepath.Join(work, "cli.tfrc")
	t := terraform{work: work, env: []string{"TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1"}}
	return t, os.WriteFile(config, fmt.Appendf(nil, `provider_installation {
  dev_overrides {
    "ecswin/ecswin"    = %[1]q
    "hashicorp/ecswin" = %[1]q
  }
}
`, work), 0o600)
}

// schema writes the provider's schemas to a file, as JSON, and returns its path.
func (t terraform) schema(ctx context.Context) (string, error) {
	// In a file tfplugindocs looks for a provider under "hashicorp/" only, so that is what it is called here.
	dir, err := t.module("schema", requirement("hashicorp/ecswin"))
	if err != nil {
		return "", err
	}
	text, err := command(ctx, t.env, "terraform", "-chdir="+dir, "providers", "schema", "-json")
	if err != nil {
		return "", err
	}
	file := filepath.Join(t.work, "schema.json")
	return file, os.WriteFile(file, text, 0o600)
}

// validateExamples runs terraform fmt and validate on each example of each page.
func (t terraform) validateExamples(ctx context.Context, pages fs.FS) error {
	files, err := read(pages)
	if err != nil {
		return err
	}
	var problems []error
	for page, text := range files {
		for i, example := range examples(string(text)) {
			if err := t.validate(ctx, fmt.Sprintf("%s-%d", strings.ReplaceAll(page, "/", "-"), i), example); err != nil {
				problems = append(problems, fmt.Errorf("example %d of docs/%s: %w", i+1, page, err))
			}
		}
	}
	return errors.Join(problems...)
}

func (t terraform) validate(ctx context.Context, name, example string) error {
	if !strings.Contains(example, "required_providers") {
		example = requirement("ecswin/ecswin") + "\n" + example
	}
	dir, err := t.module(name, example)
	if err != nil {
		return err
	}
	if _, err := command(ctx, t.env, "terraform", "-chdir="+dir, "fmt", "-check", "-diff", "-no-color"); err != nil {
		return err
	}
	_, err = command(ctx, t.env, "terraform", "-chdir="+dir, "validate", "-no-color")
	return err
}

// module writes a module of one file and returns its folder.
func (t terraform) module(name, text string) (string, error) {
	dir := filepath.Join(t.work, "modules", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600)
}

func requirement(source string) string {
	return fmt.Sprintf("terraform {\n  required_providers {\n    ecswin = {\n      source = %q\n    }\n  }\n}\n", source)
}

var exampleBlock = regexp.MustCompile("(?s)```terraform\n(.*?)```")

// examples returns the Terraform code blocks of a page.
func examples(page string) []string {
	var blocks []string
	for _, match := range exampleBlock.FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}
