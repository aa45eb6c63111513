package ec2launch

import (
	"context"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// MaxReboots is how many times EC2Launch v2 reboots for one task. Source: EC2 User Guide, "Configure EC2Launch v2
// settings", executeScript.
const MaxReboots = 5

// Agent is the launch agent of one instance.
type Agent struct {
	// Version is which of the launch agents it is.
	Version userdata.LaunchAgent
	// Shell is the machine that scripts run on.
	Shell Shell
	// Memory is what the agent knows of earlier boots. It stays with the instance.
	Memory *Memory
}

// Memory is what a launch agent keeps on disk.
type Memory struct {
	// Done are the scripts that ran to their end, counted from 0 in the order in which they run.
	Done map[int]bool
	// Reboots counts the reboots that each asked for.
	Reboots map[int]int
}

// NewMemory is that of an instance that never started.
func NewMemory() *Memory {
	return &Memory{Done: map[int]bool{}, Reboots: map[int]int{}}
}

// Run is one script that ran.
type Run struct {
	Script  userdata.Script
	Outcome Outcome
}

// Report is what a boot came to.
type Report struct {
	// Runs are the scripts that ran at this boot.
	Runs []Run
	// Reboot tells that the agent now reboots the machine, and goes on with the same script afterwards.
	Reboot bool
	// Problems are what the agent could not read of the user data.
	Problems []userdata.Problem
}

// Boot does what the launch agent does at a boot: it runs the scripts that are due, one after the other. A script that
// was cut off, because the machine went down or the context ended, is due again at the next boot. A detached script runs
// in its turn too, which on a real instance nobody waits for. The error is of [RunBatch] or [RunPowerShell].
func (a Agent) Boot(ctx context.Context, userData []byte) (Report, error) {
	scripts, problems := userdata.Read(userData, a.Version)
	report := Report{Problems: problems}
	for _, afterPostReady := range []bool{false, true} {
		for i, script := range scripts {
			if script.AfterPostReady != afterPostReady || a.Memory.Done[i] && !script.Always {
				continue
			}
			outcome, err := a.run(ctx, script)
			if err != nil {
				return report, fmt.Errorf("script in line %d of the user data: %w", script.Line, err)
			}
			report.Runs = append(report.Runs, Run{script, outcome})
			if a.wantsReboot(i, script, outcome) {
				report.Reboot = true
				return report, nil
			}
			a.Memory.Done[i] = true
		}
	}
	return report, nil
}

// wantsReboot heeds exit code 3010, up to the limit. A boot on which the script ends otherwise starts the count anew.
func (a Agent) wantsReboot(i int, script userdata.Script, outcome Outcome) bool {
	if !script.Reboots || outcome.ExitCode != userdata.RebootExitCode {
		delete(a.Memory.Reboots, i)
		return false
	}
	if a.Memory.Reboots[i] >= MaxReboots {
		return false
	}
	a.Memory.Reboots[i]++
	return true
}

func (a Agent) run(ctx context.Context, script userdata.Script) (Outcome, error) {
	if script.Kind == userdata.KindPowerShell {
		return RunPowerShell(ctx, script.Content, a.Shell)
	}
	return RunBatch(ctx, script.Content, a.Shell)
}
