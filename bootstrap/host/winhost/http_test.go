package winhost

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func TestWebShowsRedirectsAndBoundsBodies(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
		if r.URL.Path == "/long" {
			_, _ = io.WriteString(w, strings.Repeat("x", 2*maxBody))
			return
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	got, err := newWeb().Get(t.Context(), server.URL+"/")
	if err != nil || got.Status != http.StatusFound || got.Server != "Microsoft-HTTPAPI/2.0" {
		t.Errorf("Get = %d from %q, %v; want the redirect itself", got.Status, got.Server, err)
	}
	if got, err = newWeb().Get(t.Context(), server.URL+"/long"); err != nil || len(got.Body) != maxBody {
		t.Errorf("Get of a long body = %d bytes, %v; want %d", len(got.Body), err, maxBody)
	}
	server.Close()
	if _, err = newWeb().Get(t.Context(), server.URL); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("Get with nobody there = %v; want ErrUnreachable", err)
	}
}

// imds is an instance metadata service that takes one token at a time.
type imds struct {
	tokenStatus int
	valid       string
	issued      int
	versionOne  bool
}

func (s *imds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
		if s.tokenStatus != 0 {
			w.WriteHeader(s.tokenStatus)
			return
		}
		s.issued++
		s.valid = fmt.Sprintf("token-%d", s.issued)
		_, _ = io.WriteString(w, s.valid)
	case r.Header.Get("X-aws-ec2-metadata-token") == "":
		s.versionOne = true
		w.WriteHeader(http.StatusUnauthorized)
	case r.Header.Get("X-aws-ec2-metadata-token") != s.valid:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/latest/meta-data/instance-id":
		_, _ = io.WriteString(w, "i-0123456789abcdef0")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	service := &imds{}
	client := newMetadata(serve(t, service.ServeHTTP).URL)
	get := func(want string) {
		t.Helper()
		if got, err := client.Get(t.Context(), "meta-data/instance-id"); err != nil || got != want {
			t.Errorf("Get = %q, %v; want %q", got, err, want)
		}
	}
	get("i-0123456789abcdef0")
	get("i-0123456789abcdef0")
	if service.issued != 1 {
		t.Errorf("two requests took %d tokens; want 1", service.issued)
	}
	service.valid = "another instance's"
	get("i-0123456789abcdef0")
	if _, err := client.Get(t.Context(), "user-data"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Get of what is not there = %v; want ErrNotFound", err)
	}
	if service.versionOne {
		t.Error("a request came without a token: that is version 1")
	}
}

// deadline is a context whose deadline passes when over is closed.
type deadline struct {
	context.Context
	over <-chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.over }

func (d deadline) Err() error {
	select {
	case <-d.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestMetadataTellsWhyItDoesNotAnswer(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	silent := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(over)
		<-r.Context().Done()
	})
	gone := serve(t, func(http.ResponseWriter, *http.Request) {})
	gone.Close()
	kinds := []error{host.ErrMetadataDisabled, host.ErrMetadataToken, host.ErrUnreachable, host.ErrNotFound}
	for name, test := range map[string]struct {
		base    string
		limited bool
		want    error
	}{
		"turned off":         {base: serve(t, (&imds{tokenStatus: http.StatusForbidden}).ServeHTTP).URL, want: host.ErrMetadataDisabled},
		"proxy in between":   {base: serve(t, (&imds{tokenStatus: http.StatusMethodNotAllowed}).ServeHTTP).URL, want: host.ErrMetadataToken},
		"hop limit":          {base: silent.URL, limited: true, want: host.ErrMetadataToken},
		"connection refused": {base: gone.URL, want: host.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			if test.limited {
				ctx = deadline{ctx, over}
			}
			_, err := newMetadata(test.base).Get(ctx, "meta-data/instance-id")
			for _, kind := range kinds {
				if got, want := errors.Is(err, kind), errors.Is(test.want, kind); got != want {
					t.Errorf("Get = %v; is %v: %t, want %t", err, kind, got, want)
				}
			}
		})
	}
}

func TestDocker(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]string{
			"/_ping":           "OK",
			"/version":         `{"Os":"windows","Version":"25.0.6","ApiVersion":"1.44","MinAPIVersion":"1.24"}`,
			"/networks/nat":    `{"Name":"nat","Id":"abc","Driver":"nat","Options":{"com.docker.network.windowsshim.hnsid":"1C5C"},"IPAM":{"Config":[{"Subnet":"172.22.0.0/20"}]}}`,
			"/networks/empty":  `{"Id":"def","Driver":"transparent","IPAM":{"Config":[{"Subnet":"0.0.0.0/0"}]}}`,
			"/images/json":     `[{"Id":"sha256:1"}]`,
			"/containers/json": `[{"Id":"c1","Image":"app","Labels":{"com.amazonaws.ecs.task-arn":"arn:aws:ecs:t"}},{"Id":"c2","Image":"own"}]`,
		}
		answer, ok := answers[r.URL.Path]
		if r.URL.Path == "/images/json" && !strings.Contains(r.URL.Query().Get("filters"), `"pause:v1"`) {
			answer = "[]"
		}
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, answer)
	})
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	docker := newDocker(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", at.Host)
	})
	ctx := t.Context()
	if err := docker.Ping(ctx); err != nil {
		t.Errorf("Ping = %v", err)
	}
	info, err := docker.Info(ctx)
	same(t, "Info", info, err, host.DockerInfo{OSType: "windows", Version: "25.0.6", APIVersion: "1.44", MinAPIVersion: "1.24"})
	network, err := docker.Network(ctx, "nat")
	subnets := []netip.Prefix{netip.MustParsePrefix("172.22.0.0/20")}
	same(t, "Network", network, err, host.DockerNetwork{ID: "abc", Driver: "nat", HNSID: "1C5C", Subnets: subnets})
	network, err = docker.Network(ctx, "empty")
	same(t, "Network without subnet", network, err, host.DockerNetwork{ID: "def", Driver: "transparent"})
	if _, err := docker.Network(ctx, "none"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Network of no name = %v; want ErrNotFound", err)
	}
	for reference, want := range map[string]bool{"pause:v1": true, "other": false} {
		has, err := docker.HasImage(ctx, reference)
		same(t, "HasImage "+reference, has, err, want)
	}
	containers, err := docker.Containers(ctx)
	same(t, "Containers", containers, err, []host.Container{{ID: "c1", Image: "app", TaskARN: "arn:aws:ecs:t"}, {ID: "c2", Image: "own"}})
	server.Close()
	if err := docker.Ping(ctx); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("Ping of a stopped engine = %v; want ErrUnreachable", err)
	}
}

func same(t *testing.T, what string, got any, err error, want any) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestTLSNamesTheStep(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	proxy := connectProxy(t)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	trusting, distrusting := lookupClient{roots: roots}, lookupClient{roots: x509.NewCertPool()}
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	const secret = "hunter2"
	for name, test := range map[string]struct {
		client         lookupClient
		address, proxy string
		step           string
	}{
		"direct":               {trusting, address, "", ""},
		"through a proxy":      {trusting, address, "http://user:" + secret + "@" + proxy, ""},
		"untrusted":            {distrusting, address, "", host.StepCertificate},
		"nobody there":         {trusting, dead.Addr().String(), "", host.StepConnect},
		"no such name":         {trusting, "no-such-name.invalid:443", "", host.StepDNS},
		"proxy refuses":        {trusting, address, "http://user:wrong" + secret + "@" + proxy, host.StepProxy},
		"proxy is not there":   {trusting, address, "http://user:" + secret + "@" + dead.Addr().String(), host.StepProxy},
		"proxy is no URL":      {trusting, address, "http://user:" + secret + "@%zz", host.StepProxy},
		"address without port": {trusting, "127.0.0.1", "", host.StepConnect},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.client.TLS(t.Context(), test.address, test.proxy)
			var dial *host.DialError
			switch {
			case test.step == "" && err != nil:
				t.Errorf("TLS = %v; want success", err)
			case test.step != "" && (!errors.As(err, &dial) || dial.Step != test.step):
				t.Errorf("TLS = %v; want step %s", err, test.step)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the proxy's password: %v", err)
			}
		})
	}
}

// connectProxy is a proxy that wants user "user" with password "hunter2".
func connectProxy(t *testing.T) string {
	t.Helper()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic dXNlcjpodW50ZXIy" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		target, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer target.Close()
		client, rest, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
		relay(client, rest.Reader, target)
	})
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return at.Host
}

// relay copies both ways until the target ends.
func relay(client net.Conn, from *bufio.Reader, target net.Conn) {
	go func() { _, _ = io.Copy(target, from) }()
	_, _ = io.Copy(client, target)
}

func TestAskSendsTheQuestionToTheServer(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 8)
	server := dnsServer(t, asked)
	client := newLookup()
	if client.dnsPort != 53 {
		t.Errorf("questions go to port %d", client.dnsPort)
	}
	client.dnsPort = server.Port()
	if err := client.Ask(t.Context(), server.Addr(), "ecs.eu-central-1.amazonaws.com"); err != nil {
		t.Errorf("Ask = %v", err)
	}
	if got := <-asked; got != "ecs.eu-central-1.amazonaws.com" {
		t.Errorf("the server was asked for %q", got)
	}
	if err := client.Ask(t.Context(), server.Addr(), "none.example"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Ask for a name that is not there = %v; want ErrNotFound", err)
	}
}

// dnsServer answers questions for type A with 10.0.0.1, and says NXDOMAIN to names that start with "none".
func dnsServer(t *testing.T, asked chan<- string) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			question := buffer[12:n]
			var labels []string
			end := 0
			for question[end] != 0 {
				size := int(question[end])
				labels = append(labels, string(question[end+1:end+1+size]))
				end += 1 + size
			}
			question = question[:end+5]
			name := strings.Join(labels, ".")
			asked <- name
			answer := append([]byte{buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, question...)
			if labels[0] == "none" {
				answer[3], answer[7] = 0x83, 0
			} else {
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1)
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if got, want := (Options{}).withDefaults(), (Options{
		Metadata: "http://169.254.169.254", Docker: `\\.\pipe\docker_engine`, SerialPort: `\\.\COM1`, EventSource: "ecswin-bootstrap",
	}); got != want {
		t.Errorf("the defaults are %+v, want %+v", got, want)
	}
	if own := (Options{Metadata: "http://127.0.0.1:1", Docker: "tcp://x", SerialPort: "NUL", EventSource: "y"}); own.withDefaults() != own {
		t.Error("defaults replace what was given")
	}
}
