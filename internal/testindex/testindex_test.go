package testindex_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/testindex"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	x := testindex.New("../..")
	const here = "internal/testindex"
	for name, test := range map[string]struct{ function, name, want string }{
		"a test":                       {"TestCheck", "", ""},
		"a case":                       {"TestCheck", "a test", ""},
		"no test":                      {"TestNobodyWrote", "", "has no TestNobodyWrote"},
		"a function that is no test":   {"helper", "", "has no helper"},
		"a method is no test":          {"TestMethod", "", "has no TestMethod"},
		"a case that nobody has named": {"TestCheck", "nowhere" + " to be found", `has no case "nowhere to be found"`},
	} {
		err := x.Check(here, test.function, test.name)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	helper{}.TestMethod()
	if err := x.Check("internal/nowhere", "TestCheck", ""); err == nil {
		t.Error("a folder without tests has one")
	}
}

type helper struct{}

func (helper) TestMethod() {}
