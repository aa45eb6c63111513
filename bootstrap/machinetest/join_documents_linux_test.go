package machinetest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

var updateDocuments = flag.Bool("update-documents", false, "write the golden files of what HNS is sent anew")

// TestDocumentsSentToHNS holds what the program sends to HNS and the IP Helper, byte for byte, for a person to compare with a
// real host.
func TestDocumentsSentToHNS(t *testing.T) {
	t.Parallel()
	n := muchToMend(t)
	seen := n.trace(t)
	n.joins(t)
	// Phases run at the same time, and ask as often as they have to wait: each question counts once.
	golden(t, "mend", sentOnce(t, n.calls(t)[seen.calls:]))
}

// TestTrunkDocumentsSentToHNS creates the documents of each variant of trunk networks through hcsshim, as a person would on a
// real host. The simulated HNS refuses the second network of variants a and b, since the adapter has a switch by then; that
// it takes variant c is no proof that HNS does.
func TestTrunkDocumentsSentToHNS(t *testing.T) {
	t.Parallel()
	probe := winetest.BuildExe(t, "./internal/winetest/cmd/probe", "")
	for _, variant := range []string{"a", "b", "c"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			host := winetest.DefaultHost()
			host.Adapters = append(host.Adapters, hnsstore.Adapter{Index: 8, Name: "Ethernet 2", Description: "Amazon Elastic Network Adapter #2", MAC: "0a:00:00:00:00:02", MTU: 9001})
			n := newNode(t, setup{Options: winetest.Options{Host: host}})
			printed := n.run(t, "trunk", "documents", "--variant", variant, "--output", "json")
			if printed.ExitCode != 0 {
				t.Fatalf("exit code %d\n%s", printed.ExitCode, printed.Stderr)
			}
			n.WriteFile(`C:\documents.json`, []byte(printed.Stdout))
			before := len(n.calls(t))
			r := n.Run(t.Context(), probe, "apply", `C:\documents.json`)
			golden(t, "trunk-"+variant, append(sent(t, n.calls(t)[before:]), []byte(withoutIDs(r.Stdout+r.Stderr))...))
		})
	}
}

// sent writes calls that change something or carry a document, one a line. Which process made them, and HNS's ids, are left
// out.
func sent(t testing.TB, calls []hnsstore.Call) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, c := range calls {
		if !c.Writes() && len(c.Body) == 0 {
			continue
		}
		line := c.Procedure
		if c.ID != "" && strings.Trim(c.ID, "0-") != "" {
			line += " " + c.ID
		}
		if len(c.Body) > 0 {
			var body bytes.Buffer
			if err := json.Compact(&body, c.Body); err != nil {
				t.Fatal(err)
			}
			line += " " + body.String()
		}
		if c.HRESULT != "" {
			line += " = " + c.HRESULT + " " + c.Message
		}
		b.WriteString(withoutIDs(line) + "\n")
	}
	return b.Bytes()
}

// sentOnce is sent with each line once, sorted.
func sentOnce(t testing.TB, calls []hnsstore.Call) []byte {
	t.Helper()
	lines := map[string]bool{}
	for line := range strings.Lines(string(sent(t, calls))) {
		lines[line] = true
	}
	return []byte(strings.Join(sortedKeys(lines), ""))
}

// golden compares with testdata/hns/NAME.txt.
func golden(t testing.TB, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "hns", name+".txt")
	got = regexp.MustCompile(`\r`).ReplaceAll(got, nil)
	if *updateDocuments {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil { //nolint:gosec // read by everybody
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
