package host

import (
	"context"
	"errors"
	"net/netip"
)

// Web asks HTTP servers on the machine itself: the agent's introspection, the credentials server behind the port proxy.
type Web interface {
	// Get sends one request, follows no redirect, uses no proxy. Nobody there is ErrUnreachable, and ErrNoListener too where
	// not even the connection was made. A port proxy makes it, and closes it if it finds nobody behind.
	Get(ctx context.Context, url string) (Response, error)
}

// Response is an HTTP answer.
type Response struct {
	Status int
	// Server is the Server header; http.sys answers with Microsoft-HTTPAPI/2.0.
	Server string
	// Body is at most 1 MiB.
	Body []byte
}

// ErrNoListener is a port on which nobody listens.
var ErrNoListener = errors.New("nobody listens there")

// Lookup checks the way to an AWS endpoint.
type Lookup interface {
	// Resolve looks a name up with the machine's own servers.
	Resolve(ctx context.Context, name string) ([]netip.Addr, error)
	// Ask looks a name up with one server.
	Ask(ctx context.Context, server netip.Addr, name string) error
	// TLS makes a connection to host:port, through proxy if that is not empty, and checks the certificate. The error
	// says which step failed, as a *DialError.
	TLS(ctx context.Context, address, proxy string) error
}

// The steps of a connection.
const (
	StepDNS         = "dns"
	StepConnect     = "connect"
	StepProxy       = "proxy"
	StepCertificate = "certificate"
)

// DialError is a connection that failed.
type DialError struct {
	Step, Address string
	Err           error
}

// Error implements error.
func (e *DialError) Error() string {
	return e.Step + " of " + e.Address + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *DialError) Unwrap() error { return e.Err }

// Metadata is the instance metadata service, version 2 only, never through a proxy.
type Metadata interface {
	// Get returns the text at a path below latest/, as meta-data/instance-id, dynamic/instance-identity/document or
	// user-data. What is not there is ErrNotFound.
	Get(ctx context.Context, path string) (string, error)
}

// Why the instance metadata did not answer. A timeout or missing route is ErrUnreachable.
var (
	// ErrMetadataDisabled is 403: the instance's metadata options turn the service off.
	ErrMetadataDisabled = errors.New("the instance metadata service is turned off")
	// ErrMetadataToken is a refused token request: a proxy in between, or a hop limit that is too small.
	ErrMetadataToken = errors.New("the instance metadata service gave no token")
)
