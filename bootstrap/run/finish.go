package run

import (
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// finish completes the report, stores it and tells it.
func (s *session) finish(err error) *report.Report {
	r := s.report
	r.DurationMS = s.host.Clock.Now().Sub(r.StartedAt).Milliseconds()
	if err != nil {
		r.Error = phase.Explain(err)
		info, _ := fault.Find(fault.Code(r.Error.Code))
		r.ExitCode, r.Result = int(info.Exit), report.ResultFailed
		switch info.Exit {
		case fault.OK:
			r.ExitCode = int(fault.Internal)
		case fault.RebootNeeded:
			r.Result = report.ResultReboot
		}
	} else if s.mode == phase.ModePlan && s.DetailedExit && changes(r) {
		r.ExitCode = int(fault.ChangesPending)
	}
	if err := s.keep(); err != nil {
		s.warn("the result could not be stored: " + err.Error())
	}
	s.tell(report.Event{Type: "report", Status: r.Result, DurationMS: r.DurationMS, Error: r.Error, Report: r})
	return r
}

// keep stores the report for `status` and for the next run. An image build, which has no document, is left as it is; but
// where there is a state, it is told also of a run that did not come to its document.
func (s *session) keep() error {
	if s.store == nil || s.mode != phase.ModeApply {
		return nil
	}
	if s.doc == nil {
		if s.report.Error == nil || !s.Unattended && !s.exists {
			return nil
		}
		// Where nothing was written yet, nobody has looked whose folder it is.
		if err := s.secure(); err != nil {
			return err
		}
	}
	return s.store.Finish(s.late, s.report, !s.lost)
}

func changes(r *report.Report) bool {
	for _, p := range r.Phases {
		if p.Status == report.StatusWould {
			return true
		}
	}
	return false
}

// warn adds to the report what does not keep the node from joining, and tells it. Said twice, it stands once.
func (s *session) warn(text string) {
	for _, w := range s.report.Warnings {
		if w == text {
			return
		}
	}
	s.report.Warnings = append(s.report.Warnings, text)
	s.tell(report.Event{Type: "warning", Text: text})
}

func (s *session) tell(e report.Event) {
	if s.Sink == nil {
		return
	}
	e.SchemaVersion, e.Time, e.Simulated = report.SchemaVersion, s.host.Clock.Now(), s.host.Simulated
	s.Sink.Event(e)
}
