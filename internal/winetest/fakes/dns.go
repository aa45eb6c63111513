package fakes

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/net/dns/dnsmessage"
)

// ResolverAddress is where the VPC's resolver of the default host listens.
const ResolverAddress = "10.0.0.2:53"

// ServeDNS answers every question with "no such name" until the connection is closed: the answer of a server that works, on
// a network from which no name leads anywhere.
func ServeDNS(c net.PacketConn) error {
	buffer := make([]byte, 1500)
	for {
		n, from, err := c.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a DNS question: %w", err)
		}
		answer, err := noSuchName(buffer[:n])
		if err != nil {
			continue // no question, so nobody waits
		}
		if _, err := c.WriteTo(answer, from); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("answering a DNS question: %w", err)
		}
	}
}

// noSuchName answers a question in DNS's form.
func noSuchName(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, fmt.Errorf("no DNS message: %w", err)
	}
	if m.Response {
		return nil, errors.New("an answer, not a question")
	}
	m.Response, m.RecursionAvailable, m.RCode = true, true, dnsmessage.RCodeNameError
	m.Additionals = nil
	return m.Pack()
}
