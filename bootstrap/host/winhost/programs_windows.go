package winhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// programs runs external programs in a job of their own, with System32 as their working folder.
type programs struct{ folder string }

// Run implements host.Programs. When ctx ends, the job ends with all that the program has started.
func (p programs) Run(ctx context.Context, c host.Command) (host.Result, error) {
	if err := host.FullPath(c.Path); err != nil {
		return host.Result{}, fmt.Errorf("running a program: %w", err)
	}
	if ctx.Err() != nil {
		return host.Result{}, fmt.Errorf("running %s: %w", c.Path, context.Cause(ctx))
	}
	job, err := newJob()
	if err != nil {
		return host.Result{}, failed("making a job for", c.Path, err)
	}
	// Closing the job kills what is left in it.
	defer closeHandle(job)

	var stdout, stderr bounded
	command := exec.CommandContext(ctx, c.Path, c.Args...)
	command.Dir = p.folder
	command.Env = os.Environ()
	for name, value := range c.Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = &stdout, &stderr
	command.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	command.Cancel = func() error { return windows.TerminateJobObject(job, 1) }
	command.WaitDelay = 2 * time.Second

	if err := command.Start(); err != nil {
		return host.Result{}, failed("starting", c.Path, err)
	}
	// A child that the program starts before this line escapes the job; none of the programs run here starts one so soon.
	if err := assign(job, command.Process); err != nil {
		killed := command.Process.Kill()
		return host.Result{}, failed("putting into a job", c.Path, errors.Join(err, killed, command.Wait()))
	}
	err = command.Wait()
	if ctx.Err() != nil {
		return host.Result{}, fmt.Errorf("running %s: killed: %w", c.Path, context.Cause(ctx))
	}
	result := host.Result{ExitCode: command.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return result, failed("running", c.Path, err)
	}
	return result, nil
}

// newJob makes a job whose processes die with its last handle.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		closeHandle(job)
		return 0, err
	}
	return job, nil
}

// assign puts a process into the job. A process that has ended already needs no job; Windows then says "access denied".
func assign(job windows.Handle, process *os.Process) error {
	var assigned error
	err := process.WithHandle(func(handle uintptr) {
		assigned = windows.AssignProcessToJobObject(job, windows.Handle(handle))
		if assigned != nil && ended(windows.Handle(handle)) {
			assigned = nil
		}
	})
	return errors.Join(err, assigned)
}

func ended(process windows.Handle) bool {
	var code uint32
	const stillActive = 259
	return windows.GetExitCodeProcess(process, &code) == nil && code != stillActive
}
