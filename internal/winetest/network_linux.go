package winetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"

	"golang.org/x/sys/unix"
)

// network is a network of a machine's own, a Linux network namespace: the ports of machines that run at once do not
// collide, programs find IMDS at its own address, and nothing gets out.
type network struct{ fd int }

// addresses are what a machine's loopback has besides 127.0.0.1: where IMDS, the agent's credentials and the VPC's resolver
// are served.
func addresses() [][4]byte { return [][4]byte{{169, 254, 169, 254}, {169, 254, 170, 2}, {10, 0, 0, 2}} }

func newNetwork() (network, error) {
	n := network{fd: -1}
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("making a network namespace: %w", err)
		}
		if err := raiseLoopback(); err != nil {
			return err
		}
		var err error
		n.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	return n, err
}

func raiseLoopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(s) }()
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("raising the loopback interface: %w", err)
	}
	for i, a := range addresses() {
		alias, err := unix.NewIfreq(fmt.Sprintf("lo:%d", i+1))
		if err != nil {
			return err
		}
		if err := alias.SetInet4Addr(a[:]); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(s, unix.SIOCSIFADDR, alias); err != nil {
			return fmt.Errorf("adding %v to the loopback interface: %w", a, err)
		}
		if err := alias.SetInet4Addr([]byte{255, 255, 255, 255}); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(s, unix.SIOCSIFNETMASK, alias); err != nil {
			return fmt.Errorf("adding %v to the loopback interface: %w", a, err)
		}
	}
	return nil
}

// onThread runs f on a thread of its own, which ends with it: what f does to the thread's namespace stays there.
func onThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks, so that the thread ends
		done <- f()
	}()
	return <-done
}

// do runs f inside the network. Sockets and processes that f makes stay inside.
func (n network) do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(n.fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("entering the machine's network: %w", err)
		}
		return f()
	})
}

func (n network) listen(ctx context.Context, address string) (net.Listener, error) {
	var l net.Listener
	err := n.do(func() error {
		var err error
		l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		return err
	})
	return l, err
}

func (n network) listenPacket(ctx context.Context, address string) (net.PacketConn, error) {
	var c net.PacketConn
	err := n.do(func() error {
		var err error
		c, err = (&net.ListenConfig{}).ListenPacket(ctx, "udp", address)
		return err
	})
	return c, err
}

func (n network) dial(ctx context.Context, address string) (net.Conn, error) {
	var c net.Conn
	err := n.do(func() error {
		var err error
		c, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
		return err
	})
	return c, err
}

func (n network) close() error {
	if n.fd < 0 {
		return errors.New("no network to close")
	}
	return unix.Close(n.fd)
}
