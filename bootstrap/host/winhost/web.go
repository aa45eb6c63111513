package winhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// webClient asks servers on the machine itself.
type webClient struct {
	http *http.Client
}

// newWeb returns a client that uses no proxy and follows no redirect.
func newWeb() webClient {
	return webClient{http: plainClient((&net.Dialer{Timeout: connectTimeout}).DialContext)}
}

// plainClient is an HTTP client without proxy, redirects, compression and connections kept: each request tells how things
// are now.
func plainClient(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// Get implements host.Web.
func (w webClient) Get(ctx context.Context, url string) (host.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return host.Response{}, fmt.Errorf("GET %s: %w", url, err)
	}
	answer, err := w.http.Do(request)
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return host.Response{}, fmt.Errorf("%w: %w: %w", host.ErrUnreachable, host.ErrNoListener, err)
	}
	if err != nil {
		return host.Response{}, fmt.Errorf("%w: %w", host.ErrUnreachable, err)
	}
	defer func() { free(answer.Body.Close) }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		return host.Response{}, fmt.Errorf("GET %s: the answer broke off: %w: %w", url, host.ErrUnreachable, err)
	}
	return host.Response{Status: answer.StatusCode, Server: answer.Header.Get("Server"), Body: body}, nil
}

// isTimeout tells that a request ended for want of an answer.
func isTimeout(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &netErr) && netErr.Timeout())
}
