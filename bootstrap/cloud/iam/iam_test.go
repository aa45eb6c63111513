package iam_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/iam"
)

func TestActionsAreWhole(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`)
	seen := map[string]bool{}
	for _, a := range iam.Actions() {
		if !name.MatchString(a.Name) || seen[a.Name] || a.Why == "" || a.Who != iam.Agent && a.Who != iam.Bootstrap {
			t.Errorf("%+v is not whole, or there twice", a)
		}
		if a.Resource != "" && !strings.HasPrefix(a.Resource, "arn:aws:") || strings.Contains(a.Why+a.When, "|") {
			t.Errorf("%+v cannot be written", a)
		}
		seen[a.Name] = true
	}
}

// TestPolicyHoldsEachActionOnce, under its own resource, and grants nothing else.
func TestPolicyHoldsEachActionOnce(t *testing.T) {
	t.Parallel()
	text, err := iam.Policy(func(iam.Action) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Effect, Resource string
			Action           []string
			Condition        map[string]map[string]string
		}
	}
	if err := json.Unmarshal(text, &policy); err != nil || policy.Version != "2012-10-17" {
		t.Fatalf("%s (%v)", text, err)
	}
	granted := map[string]string{}
	for _, s := range policy.Statement {
		for _, a := range s.Action {
			if granted[a] != "" || s.Effect != "Allow" || strings.Contains(a, "*") {
				t.Errorf("statement %+v", s)
			}
			granted[a] = s.Resource
			if s.Condition != nil {
				granted[a] += " in " + s.Condition["ArnEquals"]["ecs:cluster"]
			}
		}
	}
	for _, a := range iam.Actions() {
		want := a.Resource
		if want == "" {
			want = "*"
		}
		if a.Cluster {
			want += " in arn:aws:ecs:REGION:ACCOUNT:cluster/CLUSTER"
		}
		if granted[a.Name] != want {
			t.Errorf("%s is granted on %q, want %q", a.Name, granted[a.Name], want)
		}
		delete(granted, a.Name)
	}
	if len(granted) > 0 {
		t.Errorf("granted besides: %v", granted)
	}
}

func TestMarkdownHasThePolicyANodeNeedsApart(t *testing.T) {
	t.Parallel()
	page, err := iam.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile("../../../docs/iam.md")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(page, string(written)); d != "" {
		t.Errorf("docs/iam.md is out of date, run make generate (-want +got):\n%s", d)
	}
	always, sometimes, ok := strings.Cut(page, "## What parts of the document ask for")
	if !ok || !strings.Contains(always, `"ecs:RegisterContainerInstance"`) || strings.Contains(always, "ecs:PutAccountSetting") || !strings.Contains(sometimes, `"ecs:PutAccountSetting"`) {
		t.Errorf("the page is\n%s", page)
	}
}
