package output

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed schemas/*.json
var schemaFiles embed.FS

// Schemas returns the JSON Schemas of what the program prints, draft 2020-12, by file name.
func Schemas() (map[string][]byte, error) {
	names, err := fs.Glob(schemaFiles, "schemas/*.json")
	if err != nil {
		return nil, fmt.Errorf("listing the schemas: %w", err)
	}
	schemas := map[string][]byte{}
	for _, name := range names {
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the schema %s: %w", name, err)
		}
		schemas[name[len("schemas/"):]] = text
	}
	return schemas, nil
}
