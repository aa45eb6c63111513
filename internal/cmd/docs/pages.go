package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/iam"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/failures"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/verified"
)

// pages are the files of docs/ that are written from Go tables, by their path below docs/.
func pages() (map[string]string, error) {
	role, err := iam.Markdown()
	if err != nil {
		return nil, err
	}
	files := map[string]string{
		"iam.md":                  role,
		"verified.md":             verified.Markdown(),
		"troubleshooting.md":      failures.Markdown(),
		"node-configuration.md":   nodeconfig.Markdown(),
		"bootstrap/commands.md":   cli.CommandsPage(),
		"bootstrap/exit-codes.md": cli.ExitCodesPage(),
		"schemas/nodeconfig.json": string(nodeconfig.Schema()),
	}
	schemas, err := output.Schemas()
	if err != nil {
		return nil, err
	}
	for name, text := range schemas {
		files["schemas/"+name] = string(text)
	}
	return files, nil
}

// writePages writes the pages into a folder.
func writePages(folder string) error {
	files, err := pages()
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("writing the page %s: %w", name, err)
		}
	}
	return nil
}
