package hnsstore

import (
	"strings"
	"time"
)

// When a Fault ends the calling process.
const (
	KillBefore = "before" // the call has had no effect
	KillAfter  = "after"  // the call has had its effect, the caller never hears of it
)

// AnyWrite as a Fault's procedure matches each call that changes something, HNS's and the IP Helper's.
const AnyWrite = "write"

// Fault is something that goes wrong in a call.
type Fault struct {
	// Procedure is the call, as calls.jsonl names it: "HcnCreateNetwork", "HNSCall POST /networks",
	// "CreateIpForwardEntry2"; or AnyWrite.
	Procedure string
	// Nth is which of these calls is hit, counted from 1 and from when the fault was set. 0 hits all.
	Nth int `json:",omitempty"`
	// HRESULT and Message fail the call before it has an effect. HRESULT 0 does not.
	HRESULT uint32 `json:",omitempty"`
	Message string `json:",omitempty"`
	// Delay makes the call slow. Others are answered meanwhile.
	Delay time.Duration `json:",omitempty"`
	// Kill ends the calling process at once: KillBefore or KillAfter the effect. "" does not.
	Kill string `json:",omitempty"`
	// Seen counts the calls that matched.
	Seen int `json:",omitempty"`
}

// hit counts the call on every fault and returns the first that strikes.
func (st *State) hit(procedure string) Fault {
	var struck *Fault
	for i := range st.Faults {
		f := &st.Faults[i]
		if !f.matches(procedure) {
			continue
		}
		f.Seen++
		if struck == nil && (f.Nth == 0 || f.Nth == f.Seen) {
			struck = f
		}
	}
	if struck == nil {
		return Fault{}
	}
	return *struck
}

func (f Fault) matches(procedure string) bool {
	return f.Procedure == procedure || f.Procedure == AnyWrite && isWrite(procedure)
}

// Writes reports whether the call is one that changes something, whether or not it did.
func (c Call) Writes() bool { return isWrite(c.Procedure) }

// isWrite reports whether a call changes something.
func isWrite(procedure string) bool {
	for _, prefix := range []string{"HcnCreate", "HcnModify", "HcnDelete", "HNSCall POST", "HNSCall DELETE", "Create", "Delete", "Set"} {
		if strings.HasPrefix(procedure, prefix) {
			return true
		}
	}
	return false
}

// isHNS reports whether a call is HNS's, and not the IP Helper's.
func isHNS(procedure string) bool {
	return strings.HasPrefix(procedure, "Hcn") || strings.HasPrefix(procedure, "HNSCall")
}

func (f Fault) err() error {
	if f.HRESULT == 0 {
		return nil
	}
	return &Error{HRESULT: f.HRESULT, Message: f.Message}
}
