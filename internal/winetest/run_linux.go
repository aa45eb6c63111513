package winetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// Result is how a program ended.
type Result struct {
	Stdout, Stderr string
	// ExitCode is the whole of Windows' 32 bits: 3010 is 3010. A killed program has 137.
	ExitCode int
	// Took is how long the program ran, its start included.
	Took time.Duration
}

// Process is a program that runs on the machine.
type Process struct {
	m       *Machine
	id      int
	name    string
	outputs string // folder
	started time.Time
}

// Run runs a program to its end: a path on Linux, such as BuildExe's, or on the machine. The test fails if ctx ends before,
// or five minutes pass where ctx has no deadline; an exit code other than 0 is for the test to judge.
func (m *Machine) Run(ctx context.Context, exe string, args ...string) Result {
	m.t.Helper()
	return m.Start(ctx, exe, args...).Wait(ctx)
}

// Start starts a program and does not wait for its end.
func (m *Machine) Start(ctx context.Context, exe string, args ...string) *Process {
	m.t.Helper()
	if strings.HasPrefix(exe, "/") {
		exe = windowsPath(exe)
	}
	outputs, err := os.MkdirTemp(filepath.Dir(m.prefix), "run")
	if err != nil {
		m.t.Fatal(err)
	}
	p := &Process{m: m, name: exe[strings.LastIndex(exe, `\`)+1:], outputs: outputs, started: time.Now()}
	reply := m.ask(ctx, control.Request{
		Op: control.Start, Program: exe, Args: args, Env: m.env, Dir: `C:\`,
		Stdout: windowsPath(p.output("stdout")), Stderr: windowsPath(p.output("stderr")),
	})
	p.id = reply.Process
	return p
}

func (p *Process) output(name string) string { return filepath.Join(p.outputs, name) }

// Wait waits for the program's end, as Run does. It is called once.
func (p *Process) Wait(ctx context.Context) Result {
	p.m.t.Helper()
	bounded, cancel := bound(ctx)
	defer cancel()
	reply, err := p.m.up.ask(bounded, control.Request{Op: control.Wait, Process: p.id})
	if err != nil {
		p.m.t.Fatalf("%s: %v\nstdout: %s\nstderr: %s", p.name, err, p.text("stdout"), p.text("stderr"))
	}
	return Result{
		Stdout: p.text("stdout"), Stderr: p.text("stderr"), ExitCode: int(int32(reply.ExitCode)), Took: time.Since(p.started),
	}
}

// Stdout is what the program has written so far.
func (p *Process) Stdout() string { return p.text("stdout") }

func (p *Process) text(name string) string {
	text, err := os.ReadFile(p.output(name))
	if err != nil {
		return fmt.Sprintf("(unreadable: %v)", err)
	}
	return string(text)
}

// Kill ends the program at once.
func (p *Process) Kill(ctx context.Context) {
	p.m.t.Helper()
	p.m.Kill(ctx, p.id)
}

// Kill ends a process of the machine at once, whoever started it.
func (m *Machine) Kill(ctx context.Context, process int) {
	m.t.Helper()
	m.ask(ctx, control.Request{Op: control.Kill, Process: process})
}

// KillAtWrite makes a program, named as "ecswin-bootstrap.exe", end before its nth write of the registry, to the service
// control manager, or of a file put in another's place; each later run of it too, until KillAtWrite is called again. n 0
// lets it live and only counts. Writes tells what was counted since. Writes to HNS are faults of m.HNS.
func (m *Machine) KillAtWrite(program string, n int) {
	m.t.Helper()
	m.orderKill(program, n, "before")
}

// KillAfterWrite is KillAtWrite with the end right after the write.
func (m *Machine) KillAfterWrite(program string, n int) {
	m.t.Helper()
	m.orderKill(program, n, "after")
}

func (m *Machine) orderKill(program string, n int, when string) {
	m.t.Helper()
	m.WriteFile(`C:\winetest\writes`, nil)
	m.WriteFile(`C:\winetest\kill`, fmt.Appendf(nil, "%s\n%d\n%s\n", program, n, when))
}

// Writes are the writes that KillAtWrite had counted, each as its number, the function and what it wrote.
func (m *Machine) Writes() []string {
	m.t.Helper()
	return strings.FieldsFunc(string(m.ReadFile(`C:\winetest\writes`)), func(r rune) bool { return r == '\n' })
}

// ask asks the machine, and fails the test if it cannot do it.
func (m *Machine) ask(ctx context.Context, r control.Request) control.Reply {
	m.t.Helper()
	ctx, cancel := bound(ctx)
	defer cancel()
	reply, err := m.up.ask(ctx, r)
	if err != nil {
		m.t.Fatalf("%s%s%s%s: %v", r.Program, r.Service, r.Key, r.Name, err)
	}
	return reply
}
