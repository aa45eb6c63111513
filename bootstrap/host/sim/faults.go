package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Fault makes calls fail, take long, or do harm.
type Fault struct {
	// On is the call: interface and method as in host.Host and cloud.Cloud, the interface in lower case, with the
	// beginning of its argument if that matters, as "hns.Delete" or "web.Get http://localhost:51678/". Case does not count.
	On string
	// Nth is the first such call that is hit, counted from 1; 0 is 1. Times is how many are hit; 0 is 1 where Nth is
	// given, else all.
	Nth, Times int
	// Err is how it fails: "not found", "denied", "in use", "unreachable", "no token" and "disabled" for the metadata, a
	// Win32 error code for a service, an AWS error code, "unreachable" or "no credentials" for a call to AWS, or any text.
	// Empty: it does not fail.
	Err string
	// Effect is what happens besides; see [Effects].
	Effect string
	// After lets the call happen first: what it did stays done.
	After bool
	// Delay is how much longer the call takes.
	Delay time.Duration

	seen int
}

// fault finds the first fault that hits a call; the zero Fault is none.
func (m *Machine) fault(c call) Fault {
	var hit Fault
	for _, f := range m.faults {
		if !f.on(c) {
			continue
		}
		f.seen++
		first, times := max(f.Nth, 1), f.Times
		if times == 0 && f.Nth > 0 {
			times = 1
		}
		if f.seen >= first && (times == 0 || f.seen < first+times) && hit.On == "" {
			hit = *f
		}
	}
	return hit
}

// on reports whether a call is one of those that the fault is about.
func (f *Fault) on(c call) bool {
	if len(f.On) <= len(c.name) {
		return strings.EqualFold(c.name[:len(f.On)], f.On)
	}
	if !strings.EqualFold(f.On[:len(c.name)], c.name) {
		return false
	}
	whole := c.name + " " + c.arg
	return len(f.On) <= len(whole) && strings.EqualFold(whole[:len(f.On)], f.On)
}

// faultError turns the kind of a fault into the error of a call.
func faultError(c call, kind string) error {
	code, err := strconv.ParseUint(kind, 10, 32)
	isCode := err == nil
	area, _, _ := strings.Cut(c.name, ".")
	switch {
	case isCode && area == "services":
		verb, _ := strings.CutPrefix(c.name, "services.")
		return &host.ServiceError{Verb: strings.ToLower(verb), Service: c.arg, Code: uint32(code), Text: "injected"}
	case isAccountCall(area) && kind != "no credentials":
		action, _, _ := strings.Cut(c.arg, " ")
		return &cloud.CallError{Action: action, Code: strings.TrimPrefix(kind, "unreachable"), Err: errors.New("injected")}
	}
	known := map[string]error{
		"not found": host.ErrNotFound, "denied": host.ErrDenied, "in use": host.ErrInUse, "unreachable": host.ErrUnreachable,
		"no token": host.ErrMetadataToken, "disabled": host.ErrMetadataDisabled, "no credentials": cloud.ErrNoCredentials,
	}
	if err, ok := known[kind]; ok {
		return fmt.Errorf("%s %s: %w", c.name, c.arg, err)
	}
	return fmt.Errorf("%s %s: %s", c.name, c.arg, kind)
}

func isAccountCall(area string) bool {
	switch area {
	case "identity", "signals", "secrets", "members", "settings":
		return true
	}
	return false
}

// Effects are the names of what a fault or a scenario can do to the machine, each with what it does.
func Effects() map[string]string {
	all := map[string]string{}
	for name, e := range effects() {
		all[name] = e.about
	}
	return all
}

type effect struct {
	about string
	do    func(*Machine)
}

func (m *Machine) effect(name string) {
	e, ok := effects()[name]
	if !ok {
		panic(fmt.Sprintf("sim: no effect is called %q; Effects lists all", name))
	}
	e.do(m)
}
