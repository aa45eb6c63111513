package nodeconfig

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	golden(t, "schema.json", Schema())
	golden(t, "example.yaml", Example())
	golden(t, "../../../docs/node-configuration.md", []byte(Markdown()))
}

// TestExample shows that the example is valid, with and without its #, and then gives every member.
func TestExample(t *testing.T) {
	t.Parallel()
	short := parse(t, string(Example()))
	if diff := cmp.Diff("prod-windows", short.Cluster); diff != "" {
		t.Error(diff)
	}
	whole := regexp.MustCompile(`(?m)^( *)#(\S)`).ReplaceAll(Example(), []byte("$1$2"))
	d := parse(t, string(whole))
	for _, f := range Fields() {
		if d.Origin(f.Path).Source != FromDocument {
			t.Errorf("the example does not give %s", f.Path)
		}
	}
	if err := schema(t).Validate(generic(t, whole)); err != nil {
		t.Errorf("the schema refuses the example: %v", err)
	}
}

// TestSchemaAgrees shows, with a validator of somebody else's, that the schema refuses what Parse refuses for its form.
func TestSchemaAgrees(t *testing.T) {
	t.Parallel()
	compiled := schema(t)
	for text, ok := range map[string]bool{
		head: true,
		"apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\n":             false,
		head + "agent: {log_level: debug}\n":                           true,
		head + "agent: {log_level: loud}\n":                            false,
		head + "agent: {reserved_memory_mib: 65535}\n":                 true,
		head + "agent: {reserved_memory_mib: 65536}\n":                 false,
		head + "agent: {reserved_memory_mib: '1'}\n":                   false,
		head + "agent: {image_pull_timeout: 1h30m}\n":                  true,
		head + "agent: {image_pull_timeout: soon}\n":                   false,
		head + "agent: {logging_drivers: [awslogs]}\n":                 true,
		head + "agent: {logging_drivers: [awslogs, awslogs]}\n":        false,
		head + "agent: {logging_drivers: [aws]}\n":                     false,
		head + "agent: {colour: red}\n":                                false,
		head + "agent.log_level: debug\n":                              false,
		head + "signal: {auto_scaling.hook: launch}\n":                 false,
		head + "awsvpc: {enabled: 'true'}\n":                           false,
		head + "agent_install: {sha256: abc}\n":                        false,
		head + "signal: {auto_scaling: {hook: launch}}\n":              true,
		head + "agent: {attributes: {a: b}}\n":                         true,
		head + "agent: {attributes: [a]}\n":                            false,
		"apiVersion: v2\nkind: NodeConfig\ncluster: prod\n":            false,
		"apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: ä\n": false,
	} {
		_, err := Parse([]byte(text), "node.yaml")
		if (err == nil) != ok {
			t.Errorf("Parse(%q) = %v, want in order %t", text, err, ok)
		}
		if err := compiled.Validate(generic(t, []byte(text))); (err == nil) != ok {
			t.Errorf("the schema says %v to %q, want in order %t", err, text, ok)
		}
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(SchemaID, parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// generic reads YAML as the validator wants it.
func generic(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return read
}
