package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// pipe serves a named pipe as a net.Listener. Each of its instances waits for a client. go-winio's listener has one that only
// holds the name and waits for nobody; Wine gives it to the first client all the same, who is never answered.
type pipe struct {
	path string

	mu sync.Mutex
	// next is the instance that the next client gets; closed once it is no more.
	next   windows.Handle
	closed bool
}

func listen(path string) (*pipe, error) {
	first, err := instance(path, windows.FILE_FLAG_FIRST_PIPE_INSTANCE)
	if err != nil {
		return nil, err
	}
	return &pipe{path: path, next: first}, nil
}

// instance makes an instance of the pipe. Clients find it from then on.
func instance(path string, flags uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	const size = 4096
	h, err := windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|flags,
		windows.PIPE_TYPE_BYTE, windows.PIPE_UNLIMITED_INSTANCES, size, size, 0, nil)
	if err != nil {
		return 0, fmt.Errorf("making an instance of %s: %w", path, err)
	}
	return h, nil
}

// Accept implements net.Listener. The instance for the client after this one is made first, so that there always is one.
func (p *pipe) Accept() (net.Conn, error) {
	p.mu.Lock()
	h := p.next
	p.mu.Unlock()
	err := connect(h)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, net.ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("waiting for a client of %s: %w", p.path, err)
	}
	if p.next, err = instance(p.path, 0); err != nil {
		return nil, errors.Join(err, windows.CloseHandle(h))
	}
	opened, err := winio.NewOpenFile(h)
	if err != nil {
		return nil, errors.Join(err, windows.CloseHandle(h))
	}
	f, ok := opened.(file)
	if !ok {
		return nil, errors.Join(fmt.Errorf("go-winio's %T has no deadlines", opened), opened.Close())
	}
	return conn{f, address(p.path)}, nil
}

// connect waits until an instance has its client, who may have come and gone already.
func connect(h windows.Handle) error {
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(event) }()
	var pinned runtime.Pinner
	defer pinned.Unpin()
	overlapped := &windows.Overlapped{HEvent: event}
	pinned.Pin(overlapped) // Windows writes to it while this waits
	switch err := windows.ConnectNamedPipe(h, overlapped); {
	case errors.Is(err, windows.ERROR_PIPE_CONNECTED), errors.Is(err, windows.ERROR_NO_DATA):
		return nil
	case errors.Is(err, windows.ERROR_IO_PENDING):
		var n uint32
		return windows.GetOverlappedResult(h, overlapped, &n, true)
	default:
		return err
	}
}

// Close implements net.Listener.
func (p *pipe) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	return windows.CloseHandle(p.next)
}

// Addr implements net.Listener.
func (p *pipe) Addr() net.Addr { return address(p.path) }

// file is what go-winio makes of a handle.
type file interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// conn is a client's connection.
type conn struct {
	file
	at address
}

// SetDeadline implements net.Conn.
func (c conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// LocalAddr implements net.Conn.
func (c conn) LocalAddr() net.Addr { return c.at }

// RemoteAddr implements net.Conn.
func (c conn) RemoteAddr() net.Addr { return c.at }

// address is a pipe's path.
type address string

// Network implements net.Addr.
func (address) Network() string { return "pipe" }

// String implements net.Addr.
func (a address) String() string { return string(a) }
