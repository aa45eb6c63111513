package nodeconfig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestErrors shows what a user reads about each broken document. The word canary stands for values nobody may see.
func TestErrors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/errors/*.[yj]*")
	if err != nil || len(files) < 8 {
		t.Fatalf("found %d documents, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(text, name)
			var found Problems
			if !errors.As(err, &found) {
				t.Fatalf("Parse took it, error %v", err)
			}
			for _, said := range []string{found.Render(), found.Error()} {
				if strings.Contains(strings.ToLower(said), "canary") {
					t.Errorf("a value is shown:\n%s", said)
				}
			}
			golden(t, filepath.Join("errors", strings.TrimSuffix(name, filepath.Ext(name))+".txt"), []byte(found.Render()))
		})
	}
}

// TestParseForms shows that YAML and JSON, in every form that an editor leaves behind, say the same.
func TestParseForms(t *testing.T) {
	t.Parallel()
	want := valid()
	for path, value := range map[string]any{
		"apiVersion": APIVersion, "kind": Kind, "cluster": "prod", "agent.log_level": "debug",
		"agent.attributes": map[string]string{"tier": "no"}, "agent.container_start_timeout": 10 * time.Minute, "awsvpc.block_imds": true,
	} {
		if err := want.Set(path, value, Origin{Source: FromDocument}); err != nil {
			t.Fatal(err)
		}
	}
	block := head + "agent:\n  log_level: debug\n  attributes:\n    tier: 'no'\n  container_start_timeout: 10m\nawsvpc:\n  block_imds: true\n"
	for name, text := range map[string]string{
		"block":           block,
		"byte order mark": "\xef\xbb\xbf" + block,
		"CRLF":            strings.ReplaceAll(block, "\n", "\r\n"),
		"document marks":  "---\n" + block + "...\n",
		"comments":        "# first\n" + strings.ReplaceAll(block, "debug\n", "debug # as said\n"),
		"flow":            "{apiVersion: bootstrap.ecs/v1, kind: NodeConfig, cluster: prod, agent: {log_level: debug, attributes: {tier: \"no\"}, container_start_timeout: 600s}, awsvpc: {block_imds: TRUE}}",
		"JSON":            `{"apiVersion":"bootstrap.ecs/v1","kind":"NodeConfig","cluster":"prod","agent":{"log_level":"debug","attributes":{"tier":"no"},"container_start_timeout":"10m"},"awsvpc":{"block_imds":true}}`,
		"JSON with tabs":  "{\n\t\"apiVersion\": \"bootstrap.ecs\\/v1\",\n\t\"kind\": \"NodeConfig\",\n\t\"cluster\": \"prod\",\n\t\"agent\": {\"log_level\": \"debug\", \"attributes\": {\"tier\": \"no\"}, \"container_start_timeout\": \"10m\"},\n\t\"awsvpc\": {\"block_imds\": true}\n}\n",
		"null":            block + "region: null\ndomain: ~\ndns: {servers: null}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(string(Encode(want)), string(Encode(parse(t, text)))); diff != "" {
				t.Error(diff)
			}
			if !want.Equal(parse(t, text)) {
				t.Error("not equal")
			}
		})
	}
}

// TestTypes tries for each member what its type must not take, and that the blame falls on the member at its place.
func TestTypes(t *testing.T) {
	t.Parallel()
	wrong := map[Type][]string{
		TypeString:   {"1", "true", "1.5", "2020-01-01", "on", "[a]", "{a: b}", ""},
		TypeBool:     {"yes", "on", "1", "'true'", "[true]", ""},
		TypeInt:      {"'1'", "1.0", "0x10", "010", "1_0", "true", "a", "99999999999", "[1]", ""},
		TypeDuration: {"10", "ten", "10 m", "true", "[1m]", ""},
		TypeStrings:  {"a", "{a: b}", "[1]", "[[a]]", "[on]", ""},
		TypeInts:     {"80", "{a: b}", "['80']", "[080]", ""},
		TypeMap:      {"a", "[a]", "{a: 1}", "{a: on}", "{a: {b: c}}", "{a: [b]}", ""},
	}
	for _, f := range Fields() {
		if f.Required {
			continue
		}
		for _, value := range wrong[f.Type] {
			found := problems(t, head+yamlAt(f.Path, value))
			if len(found) != 1 || !blames(found, f.Path) || found[0].Position.Line != 4 {
				t.Errorf("%s: %s: %v", f.Path, value, found)
			}
		}
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, message string
		at            Position
	}{
		"alias":         {head + "region: &r eu-west-1\ncoexist: *r\n", "anchor or alias", Position{4, 9}},
		"unknown alias": {head + "region: *r\n", "is not YAML", Position{4, 9}},
		"merge":         {head + "<<: {region: eu-west-1}\n", "merges", Position{4, 1}},
		"tag":           {head + "region: !!str eu-west-1\n", "tag", Position{4, 9}},
		"local tag":     {head + "region: !Ref Region\n", "tag", Position{4, 9}},
		"complex key":   {head + "? [a]\n: 1\n", "key", Position{4, 3}},
		"two documents": {head + "---\na: 1\n", "more than one", Position{4, 1}},
		"directive":     {"%YAML 1.2\n---\n" + head, "directive", Position{1, 1}},
		"UTF-16":        {"\xff\xfea\x00", "UTF-16", Position{}},
		"Latin-1":       {head + "region: \xe4\n", "UTF-8", Position{4, 9}},
		"control":       {head + "region: 'a\x01'\n", "control character", Position{4, 11}},
		"a list":        {"- a\n", "is a list", Position{1, 1}},
		"a word":        {"hello\n", "not a mapping", Position{1, 1}},
		"too long":      {head + "#" + strings.Repeat("x", MaxSize), "more than 16384", Position{}},
		"deep":          {head + "region: " + strings.Repeat("[", 20) + strings.Repeat("]", 20), "deep", Position{4, 25}},
		"deep JSON":     {`{"region":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}", "deep", Position{1, 27}},
		"very deep":     {strings.Repeat("[", 16000), "is not YAML", Position{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := problems(t, c.text)
			if len(found) != 1 || !strings.Contains(found[0].Message, c.message) {
				t.Errorf("said %q, want %q in it", found[0].Message, c.message)
			}
			if c.at.Line > 0 && found[0].Position != c.at {
				t.Errorf("at %v, want %v", found[0].Position, c.at)
			}
			if found[0].Remedy == "" {
				t.Error("no remedy")
			}
		})
	}
	if d := parse(t, head+"#"+strings.Repeat("x", MaxSize-len(head)-1)); d.Cluster != "prod" {
		t.Error("a document of the greatest size is not read")
	}
}

// TestOrigin shows that each value knows where it is from.
func TestOrigin(t *testing.T) {
	t.Parallel()
	d := parse(t, head+"\nawsvpc:\n  block_imds: true\n")
	if err := d.Set("region", "eu-central-1", Origin{Source: FromMetadata, Name: "placement/region"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"cluster": "node.yaml line 3", "awsvpc.block_imds": "node.yaml line 6", "awsvpc.enabled": "default", "region": "instance metadata placement/region",
	} {
		if got := d.Origin(path).String(); got != want {
			t.Errorf("%s is from %q, want %q", path, got, want)
		}
	}
	if got := (Origin{Source: FromEnvironment, Name: "ECS_CLUSTER"}).String(); got != "environment variable ECS_CLUSTER" {
		t.Errorf("got %q", got)
	}
	if len(Show(d)) != len(Fields()) {
		t.Error("Show leaves members out")
	}
	if err := d.Set("agent.nothing", "a", Origin{}); err == nil {
		t.Error("Set took an unknown path")
	}
	if err := d.Set("awsvpc.enabled", "true", Origin{}); err == nil {
		t.Error("Set took a string for a boolean")
	}
}

// TestRemedies shows that no problem leaves the reader alone.
func TestRemedies(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems(t, string(text)) {
			if p.Remedy == "" || p.Message == "" {
				t.Errorf("%s: no remedy: %v", file, p)
			}
		}
	}
}
