package cli_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// TestTableOfFailures holds every code to the house rules: a name, a number of its own in its range, an exit code that the
// page explains, a text, a remedy.
func TestTableOfFailures(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^E_[A-Z][A-Z0-9_]*$`)
	numbers, codes := map[int]fault.Code{}, map[fault.Code]bool{}
	page := cli.ExitCodesPage()
	for _, i := range fault.Table() {
		if !name.MatchString(string(i.Code)) {
			t.Errorf("%s is no name of a failure", i.Code)
		}
		if other, taken := numbers[i.Number]; taken {
			t.Errorf("%s and %s have the number %d", i.Code, other, i.Number)
		}
		if codes[i.Code] {
			t.Errorf("%s is there twice", i.Code)
		}
		numbers[i.Number], codes[i.Code] = i.Code, true
		if i.Number < 1 || i.Number > 399 {
			t.Errorf("%s has the number %d, which is in no range", i.Code, i.Number)
		}
		if i.Text == "" || i.Remedy == "" || strings.HasSuffix(i.Text, ".") {
			t.Errorf("%s: text %q, remedy %q", i.Code, i.Text, i.Remedy)
		}
		if i.Exit == fault.OK || !strings.Contains(page, "| "+strconv.Itoa(int(i.Exit))+" |") {
			t.Errorf("%s ends with %d, which the page does not explain", i.Code, i.Exit)
		}
		if !strings.Contains(page, "\n## "+string(i.Code)+"\n") || !strings.HasSuffix(fault.Page(i.Code), "#"+strings.ToLower(string(i.Code))) {
			t.Errorf("%s has no heading on its page", i.Code)
		}
	}
	for _, i := range fault.Table() {
		for _, c := range i.Follows {
			if !codes[c] {
				t.Errorf("%s follows %s, which is not there", i.Code, c)
			}
		}
	}
}

// TestCommandsPage shows that the page has the commands and what they take.
func TestCommandsPage(t *testing.T) {
	t.Parallel()
	page := cli.CommandsPage()
	for _, command := range []string{"plan", "apply", "verify", "status", "doctor", "timeline", "config check", "config convert", "userdata", "reset",
		"signal asg", "signal cfn", "drain", "service install", "service run", "reboot", "trunk documents", "explain", "version"} {
		if !strings.Contains(page, "\n## "+command+"\n") || !strings.Contains(page, "    ecswin-bootstrap "+command) {
			t.Errorf("%s is not on the page", command)
		}
	}
	for _, part := range []string{
		"Also called `init`", "| `--output=FORM` | `human` | FORM of the result: human, json, ndjson. |", "| `--verbose` |  |",
		"    ecswin-bootstrap signal asg --result=CONTINUE|ABANDON [flags]\n", "    ecswin-bootstrap config check [FILE] [flags]\n",
		"| `--wait=DURATION` | `10m0s` |", "| `--wait=DURATION` |  |", "FILE has the document, - is standard input.",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q:\n%s", part, page)
		}
	}
}
