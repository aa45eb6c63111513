package userdata_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date, run the test with -update and read the difference (-file +now):\n%s", path, diff)
	}
}

const digest = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"

// document reads the members of a NodeConfig below its head.
func document(t *testing.T, members string) *nodeconfig.Document {
	t.Helper()
	d, err := nodeconfig.Parse([]byte("apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"+members), "node.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// loose is document without validation, for what only Render is to refuse.
func loose(t *testing.T, values map[string]any) *nodeconfig.Document {
	t.Helper()
	d := nodeconfig.Default()
	d.Cluster = "prod"
	for path, value := range values {
		if err := d.Set(path, value, nodeconfig.Origin{Source: nodeconfig.FromDocument}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// render writes user data that has to be in order.
func render(t *testing.T, r userdata.Request) []byte {
	t.Helper()
	if r.LaunchAgent == "" {
		r.LaunchAgent = userdata.EC2LaunchV2
	}
	text, err := userdata.Render(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// before is a text up to some words in it.
func before(text, words string) string {
	head, _, _ := strings.Cut(text, words)
	return head
}
