package netphase

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDaemonJSON sets a member in whatever file Docker takes, and finds all others as they were.
func FuzzDaemonJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"fixed-cidr":"10.0.0.0/20","experimental":true}`, `{"a":{"b":[1.50,"<&>"]},"FIXED-CIDR":1}`, `[]`, `null`, `{"hosts":`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := parseDaemonJSON(content)
		if err != nil {
			return
		}
		var before, after map[string]any
		if err := json.Unmarshal(content, &before); err != nil {
			t.Fatalf("took %q: %v", content, err)
		}
		if err := json.Unmarshal(c.with("fixed-cidr", "172.30.0.0/20"), &after); err != nil {
			t.Fatalf("wrote what is no JSON for %q: %v", content, err)
		}
		before["fixed-cidr"] = "172.30.0.0/20"
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%q (-want +got):\n%s", content, diff)
		}
	})
}
