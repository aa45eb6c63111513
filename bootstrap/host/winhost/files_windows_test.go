package winhost

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

// lettingGo is a clock at whose third sleep a program lets go of a file.
type lettingGo struct {
	waittest.Clock
	sleeps int
	held   *os.File
}

// Sleep implements wait.Clock.
func (c *lettingGo) Sleep(ctx context.Context, d time.Duration) error {
	if c.sleeps++; c.sleeps == 3 {
		_ = c.held.Close()
	}
	return c.Clock.Sleep(ctx, d)
}

// TestHeldFiles: Windows refuses to replace and to remove a file that another program has open, and names it so that the
// file is asked for again.
func TestHeldFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	for verb, do := range map[string]func(f host.Files) error{
		"Write":  func(f host.Files) error { return f.Write(t.Context(), path, []byte("after")) },
		"Remove": func(f host.Files) error { return f.Remove(t.Context(), path) },
	} {
		if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		held, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(files{}); !errors.Is(err, host.ErrDenied) && !errors.Is(err, host.ErrInUse) {
			t.Errorf("%s of a file that is open = %v; want a refusal", verb, err)
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != "before" {
			t.Errorf("after a %s that was refused the file holds %q, %v", verb, content, err)
		}
		clock := &lettingGo{held: held}
		if err := do(patientFiles{files{}, clock}); err != nil || clock.sleeps != 3 {
			t.Errorf("%s of a file that is let go of = %v, after %d pauses", verb, err, clock.sleeps)
		}
	}
	left, err := filepath.Glob(path + ".*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestReadingIsInNobodysWay: the agent sets its log aside while it is read here.
func TestReadingIsInNobodysWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecs-agent.log")
	if err := os.WriteFile(path, []byte("a line"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := openShared(path)
	if err != nil {
		t.Fatal(err)
	}
	defer free(file.Close)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Errorf("a file that is read cannot be renamed: %v", err)
	}
	if err := os.Remove(path + ".1"); err != nil {
		t.Errorf("a file that is read cannot be removed: %v", err)
	}
}
