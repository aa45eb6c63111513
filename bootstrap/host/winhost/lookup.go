package winhost

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// lookupClient checks names, servers and certificates.
type lookupClient struct {
	// roots are the trusted authorities; nil: the system's.
	roots *x509.CertPool
	// dnsPort is where a server that Ask asks listens.
	dnsPort uint16
}

func newLookup() lookupClient { return lookupClient{dnsPort: 53} }

// Resolve implements host.Lookup.
func (lookupClient) Resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return nil, lookupError(name, err)
	}
	for i, a := range addresses {
		addresses[i] = a.Unmap()
	}
	return addresses, nil
}

// Ask implements host.Lookup. It sends the question itself, so that neither the cache of Windows nor its rules for names
// answer in the server's place.
func (l lookupClient) Ask(ctx context.Context, server netip.Addr, name string) error {
	address := netip.AddrPortFrom(server, l.dnsPort).String()
	resolver := &net.Resolver{
		PreferGo:     true,
		StrictErrors: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, network, address)
		},
	}
	// The dot ends the name: the machine's search list stays out of it.
	if _, err := resolver.LookupNetIP(ctx, "ip4", strings.TrimSuffix(name, ".")+"."); err != nil {
		return fmt.Errorf("asking DNS server %s: %w", server, lookupError(name, err))
	}
	return nil
}

func lookupError(name string, err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return fmt.Errorf("looking up %s: %w: %w", name, host.ErrNotFound, err)
	}
	return fmt.Errorf("looking up %s: %w: %w", name, host.ErrUnreachable, err)
}

// TLS implements host.Lookup.
func (l lookupClient) TLS(ctx context.Context, address, proxy string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*requestTimeout)
	defer cancel()
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return &host.DialError{Step: host.StepConnect, Address: address, Err: err}
	}
	conn, err := l.connect(ctx, address, proxy)
	if err != nil {
		return err
	}
	defer free(conn.Close)
	secured := tls.Client(conn, &tls.Config{ServerName: name, RootCAs: l.roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		step := host.StepConnect
		var untrusted *tls.CertificateVerificationError
		if errors.As(err, &untrusted) {
			step = host.StepCertificate
		}
		return &host.DialError{Step: step, Address: address, Err: err}
	}
	return nil
}

// connect opens the connection, through the proxy if there is one.
func (l lookupClient) connect(ctx context.Context, address, proxy string) (net.Conn, error) {
	if proxy == "" {
		return dialStep(ctx, address)
	}
	at, err := url.Parse(proxy)
	if err != nil || at.Host == "" {
		// The URL may hold a password, so neither it nor the parser's error is shown.
		return nil, &host.DialError{Step: host.StepProxy, Address: address, Err: errors.New("the proxy is not a URL with a host")}
	}
	proxyAddress := at.Host
	if at.Port() == "" {
		proxyAddress = net.JoinHostPort(at.Hostname(), "80")
	}
	conn, err := dialStep(ctx, proxyAddress)
	if err != nil {
		return nil, &host.DialError{Step: host.StepProxy, Address: address, Err: err}
	}
	if err := tunnel(ctx, conn, address, at.User); err != nil {
		free(conn.Close)
		return nil, &host.DialError{Step: host.StepProxy, Address: address, Err: fmt.Errorf("%s: %w", proxyAddress, err)}
	}
	return conn, nil
}

// dialStep looks the name up and connects, and says which of the two failed.
func dialStep(ctx context.Context, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: requestTimeout}).DialContext(ctx, "tcp", address)
	if err == nil {
		return conn, nil
	}
	step := host.StepConnect
	var dns *net.DNSError
	if errors.As(err, &dns) {
		step = host.StepDNS
	}
	return nil, &host.DialError{Step: step, Address: address, Err: err}
}

// tunnel asks a proxy for a connection to address.
func tunnel(ctx context.Context, conn net.Conn, address string, user *url.Userinfo) error {
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return fmt.Errorf("setting a deadline: %w", err)
		}
	}
	stop := context.AfterFunc(ctx, func() { free(conn.Close) })
	defer stop()
	request := (&http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{},
	}).WithContext(ctx)
	if user != nil {
		password, _ := user.Password()
		request.Header.Set("Proxy-Authorization",
			"Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return fmt.Errorf("asking for a tunnel: %w", err)
	}
	// The answer's body is the tunnel itself, so nobody closes it. The reader takes nothing of it: the server on the other
	// side speaks only when spoken to.
	answer, err := http.ReadResponse(bufio.NewReader(conn), request) //nolint:bodyclose // the body is the tunnel
	if err != nil {
		return fmt.Errorf("asking for a tunnel: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy refuses the tunnel with HTTP status %d", answer.StatusCode)
	}
	return nil
}
