package winetest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// session is one boot of a machine: the program that holds it up, and the requests under way.
type session struct {
	holder *exec.Cmd
	in     io.WriteCloser
	ended  chan struct{}

	mu      sync.Mutex
	last    int
	waiting map[int]chan control.Reply
}

// errDown is a request to a machine that is not up.
var errDown = errors.New("the machine is down")

// boot starts Wine's services and the holder, inside the machine's network, and returns when they answer.
func boot(ctx context.Context, wine, prefix string, n network) (*session, error) {
	s := &session{ended: make(chan struct{}), waiting: map[int]chan control.Reply{}}
	s.holder = exec.Command(wine, filepath.Join(prefix, "drive_c", "winetest", "holder.exe"))
	s.holder.Env = environment(prefix)
	var err error
	if s.in, err = s.holder.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.holder.StdoutPipe()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(filepath.Dir(prefix), "holder.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	s.holder.Stderr = log
	if err := n.do(s.holder.Start); err != nil {
		return nil, fmt.Errorf("starting the machine: %w", err)
	}
	go s.read(out)
	if _, err := s.ask(ctx, control.Request{Op: control.Hello}); err != nil {
		return nil, fmt.Errorf("starting the machine: %w; %s", err, firstLines(log.Name()))
	}
	return s, nil
}

// firstLines is the beginning of a log, for an error.
func firstLines(name string) string {
	text, err := os.ReadFile(name)
	if err != nil || len(text) == 0 {
		return "it said nothing"
	}
	return "it said: " + string(text[:min(len(text), 2000)])
}

// read hands each reply to who waits for it, until the holder ends.
func (s *session) read(out io.Reader) {
	defer close(s.ended)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var r control.Reply
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			continue // something of Wine's own
		}
		s.mu.Lock()
		to := s.waiting[r.ID]
		delete(s.waiting, r.ID)
		s.mu.Unlock()
		if to != nil {
			to <- r
		}
	}
}

// ask sends a request and waits for its reply. A reply with an error is an error.
func (s *session) ask(ctx context.Context, r control.Request) (control.Reply, error) {
	reply := make(chan control.Reply, 1)
	if err := s.send(r, reply); err != nil {
		return control.Reply{}, fmt.Errorf("%s: %w: %w", r.Op, errDown, err)
	}
	select {
	case got := <-reply:
		switch got.Error {
		case "":
			return got, nil
		case control.NotFound:
			return got, fmt.Errorf("%s: %w", r.Op, errNotFound)
		default:
			return got, fmt.Errorf("%s: %s", r.Op, got.Error)
		}
	case <-s.ended:
		return control.Reply{}, fmt.Errorf("%s: %w", r.Op, errDown)
	case <-ctx.Done():
		return control.Reply{}, fmt.Errorf("%s: no answer from the machine: %w", r.Op, context.Cause(ctx))
	}
}

// errNotFound is a key, value or service that is not there.
var errNotFound = errors.New("not found")

func (s *session) send(r control.Request, reply chan control.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	r.ID = s.last
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.waiting[r.ID] = reply
	_, err = s.in.Write(append(line, '\n'))
	return err
}

// end waits for the holder, whose machine has been stopped.
func (s *session) end() {
	_ = s.in.Close()
	<-s.ended
	_ = s.holder.Wait() // it was killed with its machine
}
