package hns_test

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
)

var update = flag.Bool("update", false, "write the golden files anew")

func twoBranches() []hns.Branch {
	return []hns.Branch{
		{Adapter: "Ethernet 2", VLAN: 101, MAC: "0a:00:00:00:01:01", Address: netip.MustParseAddr("10.0.1.10"), Subnet: netip.MustParsePrefix("10.0.1.0/24"), Gateway: netip.MustParseAddr("10.0.1.1")},
		{Adapter: "Ethernet 2", VLAN: 102, MAC: "0a:00:00:00:02:02", Address: netip.MustParseAddr("10.0.2.10"), Subnet: netip.MustParsePrefix("10.0.2.0/24"), Gateway: netip.MustParseAddr("10.0.2.1")},
	}
}

func TestDocumentsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for _, variant := range hns.Variants() {
		documents, err := hns.Documents(variant, twoBranches())
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join("testdata", "trunk-"+variant)
		for _, d := range documents {
			golden(t, filepath.Join(folder, d.File), d.JSON)
		}
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(files) != len(documents) {
			t.Errorf("variant %s: %d golden files for %d documents (%v)", variant, len(files), len(documents), err)
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))), string(got)); diff != "" {
		t.Errorf("%s (-golden +got):\n%s", file, diff)
	}
}

func TestDocumentsBelongTogether(t *testing.T) {
	t.Parallel()
	for variant, want := range map[string]int{"a": 2, "b": 2, "c": 1} {
		documents, err := hns.Documents(variant, twoBranches())
		if err != nil {
			t.Fatal(err)
		}
		networks := 0
		for _, d := range documents {
			if d.Kind == "network" {
				networks++
				continue
			}
			if d.Network == "" || !strings.HasPrefix(d.Network, "ecswin-") {
				t.Errorf("variant %s: endpoint %s is on network %q", variant, d.File, d.Network)
			}
		}
		if networks != want || len(documents) != want+2 {
			t.Errorf("variant %s: %d networks of %d documents, want %d of %d", variant, networks, len(documents), want, want+2)
		}
	}
}

func TestDocumentsRefuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variant string
		change  func([]hns.Branch) []hns.Branch
		want    string
	}{
		"an unknown variant":       {"d", func(b []hns.Branch) []hns.Branch { return b }, "one of [a b c]"},
		"no branch":                {"a", func([]hns.Branch) []hns.Branch { return nil }, "at least one"},
		"a VLAN twice":             {"a", func(b []hns.Branch) []hns.Branch { b[1].VLAN = 101; return b }, "twice"},
		"a VLAN out of range":      {"b", func(b []hns.Branch) []hns.Branch { b[1].VLAN = 4095; return b }, "1 to 4094"},
		"an address elsewhere":     {"c", func(b []hns.Branch) []hns.Branch { b[0].Address = b[1].Address; return b }, "in subnet 10.0.1.0/24"},
		"branches of two adapters": {"c", func(b []hns.Branch) []hns.Branch { b[1].Adapter = "Ethernet 3"; return b }, "Ethernet 3"},
	} {
		_, err := hns.Documents(test.variant, test.change(twoBranches()))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, test.want)
		}
	}
}

func TestChecklistNamesEveryVariant(t *testing.T) {
	t.Parallel()
	text := hns.Checklist()
	for _, want := range []string{"variant a", "variant b", "then c", "169.254.169.254"} {
		if !strings.Contains(text, want) {
			t.Errorf("the check list lacks %q", want)
		}
	}
}
