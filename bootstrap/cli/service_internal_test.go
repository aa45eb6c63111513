package cli

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestServiceFlags(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs("node.yaml")
	if err != nil {
		t.Fatal(err)
	}
	there := filepath.Dir(here)
	for name, test := range map[string]struct {
		given globals
		want  []string
	}{
		"nothing named":     {globals{}, nil},
		"the user data":     {globals{ConfigSource: "imds://user-data"}, []string{}},
		"a file":            {globals{Config: "node.yaml"}, []string{"--config", here}},
		"a file's URL":      {globals{ConfigSource: "file://" + here}, []string{"--config", here}},
		"a parameter":       {globals{ConfigSource: "ssm:///prod/node"}, []string{"--config-source", "ssm:///prod/node"}},
		"standard input":    {globals{Config: "-"}, []string{}},
		"a state folder":    {globals{StateDir: there}, []string{"--state-dir", there}},
		"both":              {globals{Config: here, StateDir: there}, []string{"--config", here, "--state-dir", there}},
		"no source":         {globals{ConfigSource: "http://x"}, []string{}},
		"simulated machine": {globals{Config: here, StateDir: there, Simulate: "clean.yaml"}, nil},
	} {
		s := &session{globals: &test.given}
		if got := s.serviceFlags(); !slices.Equal(got, test.want) || (got == nil) != (test.want == nil) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
