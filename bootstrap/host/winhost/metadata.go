package winhost

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Headers of the instance metadata service, version 2; source: "Use the Instance Metadata Service", EC2 user guide.
const (
	tokenTTLHeader = "X-aws-ec2-metadata-token-ttl-seconds"
	tokenHeader    = "X-aws-ec2-metadata-token"
	tokenTTL       = "21600"
)

// metadataClient asks the instance metadata service, version 2 only: there is no way back to version 1.
type metadataClient struct {
	base string
	http *http.Client

	mu    sync.Mutex
	token string
}

// newMetadata returns a client that uses no proxy: Go's rule for NO_PROXY would send 169.254.169.254 to one.
func newMetadata(base string) *metadataClient {
	return &metadataClient{
		base: strings.TrimSuffix(base, "/"),
		http: plainClient((&net.Dialer{Timeout: connectTimeout}).DialContext),
	}
}

// Get implements host.Metadata.
func (m *metadataClient) Get(ctx context.Context, path string) (string, error) {
	text, status, err := m.get(ctx, path)
	if err == nil && status == http.StatusUnauthorized {
		// The token has ended, or belongs to the instance that this machine was before a stop.
		m.forget()
		text, status, err = m.get(ctx, path)
	}
	switch {
	case err != nil:
		return "", err
	case status == http.StatusOK:
		return text, nil
	case status == http.StatusNotFound:
		return "", fmt.Errorf("instance metadata %s: %w", path, host.ErrNotFound)
	case status == http.StatusForbidden:
		return "", fmt.Errorf("instance metadata %s: %w", path, host.ErrMetadataDisabled)
	case status == http.StatusUnauthorized:
		return "", fmt.Errorf("instance metadata %s: a fresh token is refused: %w", path, host.ErrMetadataToken)
	default:
		return "", fmt.Errorf("instance metadata %s: HTTP status %d: %w", path, status, host.ErrUnreachable)
	}
}

// get sends one request with the token at hand, or with a new one.
func (m *metadataClient) get(ctx context.Context, path string) (text string, status int, err error) {
	token, err := m.session(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("instance metadata %s: %w", path, err)
	}
	text, status, err = m.send(ctx, http.MethodGet, "latest/"+strings.TrimPrefix(path, "/"), tokenHeader, token)
	if err != nil {
		return "", 0, fmt.Errorf("instance metadata %s: %w: %w", path, host.ErrUnreachable, err)
	}
	return text, status, nil
}

// session returns the token at hand, or a new one.
func (m *metadataClient) session(ctx context.Context) (string, error) {
	m.mu.Lock()
	token := m.token
	m.mu.Unlock()
	if token != "" {
		return token, nil
	}
	token, err := m.requestToken(ctx)
	if err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.token = token
	return token, nil
}

// requestToken asks for a new token, and says which of three things is in the way. A hop limit that is too small shows as
// a connection that opens and an answer that never comes: only the answer's packets carry the limit.
func (m *metadataClient) requestToken(ctx context.Context) (string, error) {
	connected := false
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }}
	text, status, err := m.send(httptrace.WithClientTrace(ctx, trace), http.MethodPut, "latest/api/token", tokenTTLHeader, tokenTTL)
	switch {
	case err != nil && connected && isTimeout(err):
		return "", fmt.Errorf("no answer to the token request over an open connection: %w: %w", host.ErrMetadataToken, err)
	case err != nil:
		return "", fmt.Errorf("token request: %w: %w", host.ErrUnreachable, err)
	case status == http.StatusForbidden:
		return "", fmt.Errorf("token request: %w", host.ErrMetadataDisabled)
	case status != http.StatusOK:
		return "", fmt.Errorf("token request: HTTP status %d: %w", status, host.ErrMetadataToken)
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("token request: empty answer: %w", host.ErrMetadataToken)
	}
	return strings.TrimSpace(text), nil
}

func (m *metadataClient) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.token = ""
}

// send sends one request with one header.
func (m *metadataClient) send(ctx context.Context, method, path, header, value string) (text string, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.base+"/"+path, http.NoBody)
	if err != nil {
		return "", 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set(header, value)
	answer, err := m.http.Do(request)
	if err != nil {
		return "", 0, fmt.Errorf("asking the instance metadata service: %w", err)
	}
	defer func() { free(answer.Body.Close) }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		return "", 0, fmt.Errorf("reading the answer of the instance metadata service: %w", err)
	}
	return string(body), answer.StatusCode, nil
}
