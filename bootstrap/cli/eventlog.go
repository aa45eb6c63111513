package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// The numbers of entries in the Windows event log. Failures have those of their codes, 1 to 399; the service's and the
// verdict's are above 900. EventCreate.exe shows numbers up to 1000.
const (
	warningID = 499
	// otherPhaseID is the end of a phase that has no number yet.
	otherPhaseID = 599
)

// phaseIDs are the numbers of the phases' ends, the same for ever.
func phaseIDs() map[string]int {
	return map[string]int{
		"lock": 500, "platform": 501, "imds": 502, "credentials": 503, "bootgate": 504, "domain": 505, "netsnapshot": 506, "foreign-boot": 507,
		"docker": 508, "hns-nat": 509, "host-proxy": 510, "dns": 511, "awsvpc": 512, "endpoints": 513, "trunking": 514, "agent-install": 515,
		"agent-integrity": 516, "agent-config": 517, "boot-path": 518, "agent-start": 519, "join": 520, "signal": 521, "report": 522,
		"task-networks": 523, "trunk-evidence": 524,
	}
}

// writeEvents writes into the Windows event log what phases have changed or failed at, and the log's warnings and errors. A
// command that changes nothing writes nothing there either. The event log is a courtesy: one that takes nothing stops nobody.
func (b *bench) writeEvents(ctx context.Context, r *report.Report) {
	if b.noEvents || !slices.Contains(changing(), b.command) {
		return
	}
	for _, e := range b.events.Take() {
		_ = b.host.Console.Event(ctx, host.Event{ID: warningID, Severity: e.Severity, Text: e.Text})
	}
	if r == nil || r.Command != "apply" {
		return
	}
	for _, p := range output.Masked(r, b.mask.Text).Phases {
		if e, ok := phaseEvent(p); ok {
			_ = b.host.Console.Event(ctx, e)
		}
	}
}

// phaseEvent is the entry of a phase's end. Phases that changed nothing have none.
func phaseEvent(p report.Phase) (host.Event, bool) {
	e := host.Event{ID: otherPhaseID, Severity: "info"}
	if id, ok := phaseIDs()[p.Name]; ok {
		e.ID = id
	}
	switch p.Status {
	case report.StatusDone:
		e.Text = fmt.Sprintf("phase %s is done after %d ms:", p.Name, p.DurationMS)
		for _, c := range p.Changes {
			e.Text += fmt.Sprintf("\n%s: %s -> %s", c.What, c.From, c.To)
		}
	case report.StatusFailed:
		e.Severity = "error"
		e.Text = fmt.Sprintf("phase %s failed after %d ms", p.Name, p.DurationMS)
		if p.Error != nil {
			e.Text += fmt.Sprintf(": %s: %s\nremedy: %s", p.Error.Code, p.Error.Message, p.Error.Remedy)
		}
	default:
		return host.Event{}, false
	}
	return e, true
}
