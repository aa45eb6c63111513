package cli

import (
	"io"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// result is standard output. It keeps the first error and takes all that follows, so that a command writes on without
// looking, and one place judges: see delivered.
type result struct {
	to  io.Writer
	err error
}

// Write implements io.Writer.
func (r *result) Write(p []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.to.Write(p)
	}
	return len(p), nil
}

// delivered is the exit code of a command once its result has been written: a document that is cut off on a full disk must
// not pass for a whole one. A command that changes the machine ends by what became of the machine: that nobody could write
// it down makes no instance worse.
func (s *session) delivered(r *result, code int) int {
	if r.err == nil {
		return code
	}
	f := fault.New("E_OUTPUT", r.err, "standard output")
	f.Remedy = "make room where the output goes, or let its reader read to the end; then run it again"
	wrong := s.failOn(s.Stderr, f)
	if code != int(fault.OK) || slices.Contains(changing(), s.command) {
		return code
	}
	return wrong
}
