package winhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

// heldFiles are files that another program holds for a number of tries.
type heldFiles struct {
	host.Files
	tries, held int
	err         error
}

func (f *heldFiles) try() error {
	f.tries++
	if f.tries <= f.held {
		return fmt.Errorf("try %d: %w", f.tries, f.err)
	}
	return nil
}

func (f *heldFiles) Read(context.Context, string) ([]byte, error)      { return []byte("content"), f.try() }
func (f *heldFiles) Write(_ context.Context, _ string, _ []byte) error { return f.try() }
func (f *heldFiles) Remove(context.Context, string) error              { return f.try() }

func TestHeldFilesAreAskedForAgain(t *testing.T) {
	t.Parallel()
	const forever = 1 << 20
	for name, test := range map[string]struct {
		held  int
		err   error
		tries int
		fails bool
	}{
		"nobody holds it":              {tries: 1},
		"held for a moment":            {held: 3, err: host.ErrInUse, tries: 4},
		"a scanner's access denied":    {held: 3, err: host.ErrDenied, tries: 4},
		"what is not there stays so":   {held: forever, err: host.ErrNotFound, tries: 1, fails: true},
		"a full disk does not go away": {held: forever, err: errors.New("no room"), tries: 1, fails: true},
		"held for good":                {held: forever, err: host.ErrInUse, fails: true},
	} {
		for verb, do := range map[string]func(f host.Files) error{
			"Read": func(f host.Files) error {
				content, err := f.Read(t.Context(), `C:\x`)
				if err == nil && string(content) != "content" {
					t.Errorf("%s: Read = %q", name, content)
				}
				return err
			},
			"Write":  func(f host.Files) error { return f.Write(t.Context(), `C:\x`, nil) },
			"Remove": func(f host.Files) error { return f.Remove(t.Context(), `C:\x`) },
		} {
			clock, held := &waittest.Clock{}, &heldFiles{held: test.held, err: test.err}
			err := do(patientFiles{held, clock})
			if test.tries != 0 && held.tries != test.tries {
				t.Errorf("%s: %s was tried %d times, want %d", name, verb, held.tries, test.tries)
			}
			if test.fails != (err != nil) || !errors.Is(err, test.err) && test.fails {
				t.Errorf("%s: %s = %v", name, verb, err)
			}
			if clock.Elapsed() > filePatience {
				t.Errorf("%s: %s took %s", name, verb, clock.Elapsed())
			}
		}
	}
}

// TestPatienceHasAnEnd: the last refusal is told, and for how long it was tried; it is not taken for a timeout.
func TestPatienceHasAnEnd(t *testing.T) {
	t.Parallel()
	clock, held := &waittest.Clock{}, &heldFiles{held: 1 << 20, err: host.ErrInUse}
	err := patientFiles{held, clock}.Write(t.Context(), `C:\x`, nil)
	if want := fmt.Sprintf("try %d: in use by another program; tried again for 2s", held.tries); err == nil || err.Error() != want {
		t.Errorf("Write = %v, want %s", err, want)
	}
	if clock.Elapsed() != 2*time.Second || held.tries < 10 || held.tries > 30 || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%d tries in %s: %v", held.tries, clock.Elapsed(), err)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("asked to stop")
	held = &heldFiles{held: 1 << 20, err: host.ErrDenied}
	err = patientFiles{held, &waittest.Clock{Cancel: func() { cancel(cause) }}}.Remove(ctx, `C:\x`)
	if !errors.Is(err, cause) || !errors.Is(err, host.ErrDenied) || !strings.Contains(err.Error(), "try 1") {
		t.Errorf("Remove past the end of its context = %v, want the refusal and %v", err, cause)
	}
}
