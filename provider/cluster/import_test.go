package cluster

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

func TestReference(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want reference
		ok   bool
	}{
		"web": {reference{name: "web"}, true},
		"arn:aws:ecs:us-east-1:123456789012:cluster/web":       {reference{"web", "123456789012", "us-east-1"}, true},
		"arn:aws-cn:ecs:cn-north-1:123456789012:cluster/a_b-1": {reference{"a_b-1", "123456789012", "cn-north-1"}, true},
		"":        {reference{}, false},
		"a/b":     {reference{}, false},
		"arn:aws": {reference{}, false},
		"arn:aws:ecs:us-east-1:123456789012:service/web/x": {reference{}, false},
		"arn:aws:ec2:us-east-1:123456789012:cluster/web":   {reference{}, false},
		"arn:aws:ecs:us-east-1:123456789012:cluster/":      {reference{}, false},
		strings.Repeat("a", 256):                           {reference{}, false},
	}
	for s, tt := range tests {
		got, err := parseReference(s)
		if (err == nil) != tt.ok || tt.ok && got != tt.want {
			t.Errorf("%q: got %+v, %v", s, got, err)
		}
	}
}

func FuzzReference(f *testing.F) {
	f.Add("web")
	f.Add("arn:aws:ecs:us-east-1:123456789012:cluster/web")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseReference(s)
		if err == nil && !names.Valid(r.name) {
			t.Errorf("%q gives the name %q", s, r.name)
		}
	})
}
