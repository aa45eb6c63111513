package winetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// processes are those of a prefix. A prefix is one machine's, and each of its processes has it in its environment.
type processes struct {
	prefix string
	// killed are the processes that were told to end and may not have yet, by file descriptor.
	killed []int
}

// killAll ends every process of a prefix at once, and no other. It returns when they are gone with all that they had open:
// one of them may have started another meanwhile, and a server that is not gone yet would take the next boot's connections.
func killAll(ctx context.Context, prefix string) error {
	p := &processes{prefix: prefix}
	defer func() {
		for _, fd := range p.killed {
			_ = unix.Close(fd)
		}
	}()
	return wait.Until(ctx, wait.System(), wait.Every(time.Millisecond, patience), "the machine's processes to end", func(time.Duration) (bool, string, error) {
		found, err := p.kill()
		if err != nil {
			return false, "", err
		}
		left, err := p.left()
		return found == 0 && left == 0, fmt.Sprintf("%d are left", left), err
	})
}

// kill ends the processes that are there now, and returns how many there were.
func (p *processes) kill() (int, error) {
	mark := []byte("WINEPREFIX=" + p.prefix + "\x00")
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	found := 0
	for _, folder := range folders {
		environment, err := os.ReadFile(filepath.Join(folder, "environ"))
		if err != nil || !bytes.Contains(environment, mark) {
			continue // another's, or gone meanwhile
		}
		id, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			return 0, err
		}
		fd, err := unix.PidfdOpen(id, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("looking at process %d of the machine: %w", id, err)
		}
		p.killed = append(p.killed, fd)
		if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, fmt.Errorf("ending process %d of the machine: %w", id, err)
		}
		found++
	}
	return found, nil
}

// left counts the processes that were told to end and have not.
func (p *processes) left() (int, error) {
	var fds []unix.PollFd
	for _, fd := range p.killed {
		fds = append(fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}) // readable once it has ended
	}
	ended, err := unix.Poll(fds, 0)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return 0, fmt.Errorf("looking at the machine's processes: %w", err)
	}
	return len(fds) - max(ended, 0), nil
}
