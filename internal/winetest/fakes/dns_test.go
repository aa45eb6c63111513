package fakes_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

func TestDNS(t *testing.T) {
	t.Parallel()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- fakes.ServeDNS(server) }()
	to := server.LocalAddr().String()
	garbage, err := (&net.Dialer{}).DialContext(t.Context(), "udp", to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := garbage.Write([]byte("no question")); err != nil {
		t.Fatal(err)
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}}
	_, err = resolver.LookupNetIP(t.Context(), "ip4", "ecs.us-east-1.amazonaws.com.")
	if dns, ok := errors.AsType[*net.DNSError](err); !ok || !dns.IsNotFound {
		t.Errorf("the answer is %v, want: no such name", err)
	}
	_ = server.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
