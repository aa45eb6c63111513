// Package winhost is the real Windows machine behind the interfaces of package host.
//
// Files named *_windows.go translate between Windows and package host and decide nothing. What can be told without Windows,
// the texts of the registry, of schtasks and of netsh, HTTP and DNS, is in portable files with tests that run anywhere.
// Nothing here starts PowerShell or asks WMI. External programs are started by their full path in System32 only.
//
// What Wine can show is tested there; what only a real machine shows is marked *not verified* where it is done.
package winhost

import (
	"time"
)

// Options say where the machine's services are. The zero Options is a real EC2 instance; tests point them elsewhere.
type Options struct {
	// Metadata is the base URL of the instance metadata service; empty: http://169.254.169.254.
	Metadata string
	// Docker is the engine's named pipe, or "tcp://host:port"; empty: \\.\pipe\docker_engine.
	Docker string
	// SerialPort is the device of the serial console; empty: \\.\COM1.
	SerialPort string
	// EventSource is the name in the event log; empty: ecswin-bootstrap.
	EventSource string
}

// The defaults of Options.
const (
	DefaultMetadata    = "http://169.254.169.254"
	DefaultDocker      = `\\.\pipe\docker_engine`
	DefaultSerialPort  = `\\.\COM1`
	DefaultEventSource = "ecswin-bootstrap"
)

// withDefaults fills in what is empty.
func (o Options) withDefaults() Options {
	if o.Metadata == "" {
		o.Metadata = DefaultMetadata
	}
	if o.Docker == "" {
		o.Docker = DefaultDocker
	}
	if o.SerialPort == "" {
		o.SerialPort = DefaultSerialPort
	}
	if o.EventSource == "" {
		o.EventSource = DefaultEventSource
	}
	return o
}

// Bounds of single requests. Whoever waits for something asks again; these only keep one request from hanging.
const (
	connectTimeout = 2 * time.Second
	requestTimeout = 5 * time.Second
	// maxBody is how much of an answer is read, in bytes.
	maxBody = 1 << 20
)
