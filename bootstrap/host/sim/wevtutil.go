package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// scmEvent is an entry of the service control manager in the event log System. Its numbers and parameters are those that
// Microsoft documents.
type scmEvent struct {
	at   time.Time
	id   int
	data []string
}

// tell writes an entry.
func (c *scm) tell(id int, data ...string) {
	c.events = append(c.events, scmEvent{c.m.clock.Now(), id, data})
}

// tellTimeout writes the two entries of a start that was given up.
func (c *scm) tellTimeout(s *service) {
	c.tell(7009, strconv.FormatInt(startLimit.Milliseconds(), 10), s.c.DisplayName)
	c.tell(7000, s.c.DisplayName, "%%"+strconv.Itoa(host.ErrorServiceRequestTimeout))
}

// tellCrash writes the entry of a service that ended without a word. Where Windows starts it again it is another one.
func (c *scm) tellCrash(s *service) {
	if len(s.c.Restarts) == 0 {
		c.tell(7034, s.c.DisplayName, strconv.Itoa(s.failures))
		return
	}
	c.tell(7031, s.c.DisplayName, strconv.Itoa(s.failures), strconv.FormatInt(s.restartAfter().Milliseconds(), 10), "1", "Restart the service")
}

// wevtutil prints entries as XML, newest first: those of the service control manager, and those that the bootstrap wrote.
// Nothing else writes to this machine's event log.
func (m *Machine) wevtutil(args []string) host.Result {
	if len(args) < 3 || args[0] != "qe" || !slices.Contains(args, "/f:xml") {
		return host.Result{ExitCode: 1, Stderr: "this simulation knows qe with /f:xml\n"}
	}
	var printed strings.Builder
	entry := func(provider string, id int, at time.Time, data []string) {
		created := ""
		if !at.IsZero() {
			created = "<TimeCreated SystemTime='" + at.UTC().Format(time.RFC3339Nano) + "'/>"
		}
		fmt.Fprintf(&printed, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='%s'/><EventID>%d</EventID>%s</System><EventData>",
			provider, id, created)
		for _, d := range data {
			printed.WriteString("<Data>" + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(d) + "</Data>")
		}
		printed.WriteString("</EventData></Event>\n")
	}
	switch {
	case strings.Contains(args[2], "'Service Control Manager'"):
		for _, e := range slices.Backward(m.scm.events) {
			if strings.Contains(args[2], "EventID="+strconv.Itoa(e.id)) {
				entry("Service Control Manager", e.id, e.at, e.data)
			}
		}
	case strings.Contains(args[2], "'ecswin-bootstrap'"):
		for _, e := range slices.Backward(m.events) {
			entry("ecswin-bootstrap", e.ID, time.Time{}, []string{e.Text})
		}
	}
	return host.Result{Stdout: printed.String()}
}
