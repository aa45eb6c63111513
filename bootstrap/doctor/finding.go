package doctor

import (
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

func ok(text string, args ...any) Finding   { return found(OK, text, args...) }
func note(text string, args ...any) Finding { return found(Note, text, args...) }
func warn(text string, args ...any) Finding { return found(Warning, text, args...) }

// unknown is what cannot be found out, and why.
func unknown(what string, err error) Finding {
	return Finding{Severity: Unknown, Text: fmt.Sprintf("%s: %v", what, err)}
}

func bad(code fault.Code, text string, args ...any) Finding {
	f := found(Error, text, args...)
	f.Code = code
	return f
}

// faulty turns a fault that another package has named into a finding.
func faulty(f *fault.Fault) Finding {
	text := f.Seen
	if text == "" {
		if info, ok := fault.Find(f.Code); ok {
			text = info.Text
		}
	}
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return Finding{Severity: Error, Text: text, Code: f.Code, Remedy: f.Remedy}
}

func found(s Severity, text string, args ...any) Finding {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return Finding{Severity: s, Text: text}
}

// with adds a fact.
func (f Finding) with(name, value string, args ...any) Finding {
	if len(args) > 0 {
		value = fmt.Sprintf(value, args...)
	}
	f.Facts = append(f.Facts, report.Fact{Name: name, Value: value})
	return f
}

// remedy replaces the code's remedy.
func (f Finding) remedy(text string) Finding {
	f.Remedy = text
	return f
}
