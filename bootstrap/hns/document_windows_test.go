package hns_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/Microsoft/hcsshim/hcn"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
)

// TestDocumentsAreWhatHCNSends reads each document into hcn's own type and has hcn write it again.
func TestDocumentsAreWhatHCNSends(t *testing.T) {
	t.Parallel()
	for _, variant := range hns.Variants() {
		documents, err := hns.Documents(variant, twoBranches())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range documents {
			var object any = &hcn.HostComputeNetwork{}
			if d.Kind == "endpoint" {
				object = &hcn.HostComputeEndpoint{}
			}
			decoder := json.NewDecoder(bytes.NewReader(d.JSON))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(object); err != nil {
				t.Fatalf("%s: %v", d.File, err)
			}
			again, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			var ours bytes.Buffer
			if err := json.Compact(&ours, d.JSON); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(again), ours.String()); diff != "" {
				t.Errorf("variant %s, %s (-hcn +ours):\n%s", variant, d.File, diff)
			}
		}
	}
}
