// Package host is what the bootstrap may ask of a Windows machine: small interfaces in plain types. Package sim has a
// simulated machine behind them, the *_windows.go files of package winhost the real one; both pass the same contract tests.
//
// Rules that hold for every implementation:
//   - A method that looks never changes anything; a method that changes says so in its comment, and is one write.
//   - What is not there is an error that wraps [ErrNotFound], or an empty list.
//   - An error says what was asked, of what. It never holds user data, a registry value or the body of an answer.
//   - A call that can block ends with its context.
package host

import (
	"errors"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound says that what was asked for is not there.
	ErrNotFound = errors.New("not found")
	// ErrDenied says that Windows refused access: the program does not run elevated, or an ACL is in the way.
	ErrDenied = errors.New("access denied")
	// ErrInUse says that another program holds the file, port or name.
	ErrInUse = errors.New("in use by another program")
	// ErrUnreachable says that nobody answered: no route, connection refused, or no answer in time.
	ErrUnreachable = errors.New("unreachable")
)

// Clock tells the time, lets it pass, and starts what runs at the same time. All concurrency of the bootstrap goes
// through Go, so that a simulated clock knows when everybody sleeps.
type Clock interface {
	wait.Clock
	// Go runs fn concurrently.
	Go(fn func())
}

// Host is one machine as one run of the bootstrap sees it. Every field is set.
type Host struct {
	Clock     Clock
	System    System
	Locks     Locks
	Services  Services
	Registry  Registry
	Files     Files
	Folders   Folders
	Adapters  Adapters
	Routes    Routes
	HNS       HNS
	Docker    Docker
	PortProxy PortProxy
	Firewall  Firewall
	Tasks     ScheduledTasks
	Programs  Programs
	Web       Web
	Lookup    Lookup
	Metadata  Metadata
	Console   Console

	// Simulated names the scenario of a simulated machine; it is empty on a real one. Every output says it.
	Simulated string
}
