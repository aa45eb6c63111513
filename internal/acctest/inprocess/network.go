package inprocess

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Network is a network of one address in memory. Unlike a socket, a read that
// waits on it counts as waiting for testing/synctest, so that the timeouts,
// pauses and retries of both sides pass at once there.
type Network struct {
	connections chan net.Conn
	closed      chan struct{}
	close       sync.Once
}

// NewNetwork returns a Network. It is the net.Listener of the one who serves.
func NewNetwork() *Network {
	return &Network{connections: make(chan net.Conn), closed: make(chan struct{})}
}

// DialContext connects to whoever serves, whatever the address.
func (n *Network) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case n.connections <- server:
		return client, nil
	case <-n.closed:
		return nil, fmt.Errorf("connecting to %s: %w", address, net.ErrClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("connecting to %s: %w", address, context.Cause(ctx))
	}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.connections:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *Network) Close() error {
	n.close.Do(func() { close(n.closed) })
	return nil
}

// Addr implements net.Listener.
func (n *Network) Addr() net.Addr {
	return memory{}
}

type memory struct{}

func (memory) Network() string { return "memory" }
func (memory) String() string  { return "memory" }
