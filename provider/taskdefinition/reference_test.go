package taskdefinition

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]reference{
		"iis":    {family: "iis"},
		"iis:12": {family: "iis", revision: 12},
		"arn:aws:ecs:us-east-1:123456789012:task-definition/iis:12":         {family: "iis", revision: 12, account: "123456789012", region: "us-east-1"},
		"arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/a_b-c":      {family: "a_b-c", account: "123456789012", region: "cn-north-1"},
		"arn:aws-us-gov:ecs:us-gov-west-1:1:task-definition/iis:2147483647": {family: "iis", revision: 2147483647, account: "1", region: "us-gov-west-1"},
	} {
		got, err := parseReference(text)
		if err != nil {
			t.Errorf("parseReference(%q): %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(reference{})); diff != "" {
			t.Errorf("parseReference(%q):\n%s", text, diff)
		}
	}
	for text, want := range map[string]string{
		"":        "names no task definition",
		"a b":     "names no task definition",
		"iis:0":   "a revision is a number from 1 on",
		"iis:-1":  "a revision is a number from 1 on",
		"iis:1:2": "a revision is a number from 1 on",
		"iis:x":   "a revision is a number from 1 on",
		"arn:aws:ecs:us-east-1:123456789012:cluster/iis":      "not the ARN of an ECS task definition",
		"arn:aws:iam::123456789012:role/task-definition/iis":  "not the ARN of an ECS task definition",
		"arn:aws:ecs:us-east-1:123456789012:task-definition/": "names no task definition",
		strings.Repeat("a", 256):                              "names no task definition",
	} {
		if _, err := parseReference(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseReference(%q) = %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	f.Add("iis:1")
	f.Add("arn:aws:ecs:us-east-1:123456789012:task-definition/iis:12")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := parseReference(text)
		if err != nil {
			return
		}
		again, err := parseReference(first.String())
		if err != nil || again.family != first.family || again.revision != first.revision {
			t.Errorf("%q reads as %v, whose text reads as %v, %v", text, first, again, err)
		}
	})
}
