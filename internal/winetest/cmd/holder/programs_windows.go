package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// program is a program that a test started.
type program struct {
	cmd   *exec.Cmd
	files []*os.File
}

func (h *holder) start(r control.Request) (control.Reply, error) {
	p := &program{cmd: exec.Command(r.Program, r.Args...)}
	p.cmd.Dir = r.Dir
	p.cmd.Env = append(os.Environ(), r.Env...)
	var err error
	if p.cmd.Stdout, err = p.open(r.Stdout); err == nil {
		p.cmd.Stderr, err = p.open(r.Stderr)
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.close()
		return control.Reply{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.programs[p.cmd.Process.Pid] = p
	return control.Reply{Process: p.cmd.Process.Pid}, nil
}

func (p *program) open(name string) (*os.File, error) {
	f, err := os.Create(name)
	if err == nil {
		p.files = append(p.files, f)
	}
	return f, err
}

func (p *program) close() {
	for _, f := range p.files {
		_ = f.Close()
	}
}

func (h *holder) wait(r control.Request) (control.Reply, error) {
	h.mu.Lock()
	p := h.programs[r.Process]
	delete(h.programs, r.Process)
	h.mu.Unlock()
	if p == nil {
		return control.Reply{}, fmt.Errorf("process %d was not started here, or waited for already", r.Process)
	}
	defer p.close()
	err := p.cmd.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return control.Reply{}, err
	}
	return control.Reply{ExitCode: uint32(p.cmd.ProcessState.ExitCode())}, nil
}

// kill ends any process of the machine, as kill -9 would.
func kill(process int) error {
	h, err := windows.OpenProcess(windows.PROCESS_TERMINATE, false, uint32(process))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(h) }()
	return windows.TerminateProcess(h, 137)
}

// describe is an error's text. What is not there reads the same for every operation.
func describe(err error) string {
	for _, gone := range []error{registry.ErrNotExist, fs.ErrNotExist, windows.ERROR_SERVICE_DOES_NOT_EXIST} {
		if errors.Is(err, gone) {
			return control.NotFound
		}
	}
	return err.Error()
}
