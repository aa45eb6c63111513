package awsapi

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"golang.org/x/net/http/httpproxy"

	shared "github.com/ecswin/terraform-provider-ecswin/internal/awshttp"
)

// No exchange may hang: these bound its parts and the whole.
const (
	connectTimeout        = 10 * time.Second
	responseHeaderTimeout = 60 * time.Second
	exchangeTimeout       = 2 * time.Minute
)

func newHTTPClient(c Config) (*awshttp.BuildableClient, error) {
	var roots *x509.CertPool
	if c.CABundle != "" {
		var err error
		if roots, err = readCABundle(c.CABundle); err != nil {
			return nil, err
		}
	}
	proxy := proxyFunc(c)
	return awshttp.NewBuildableClient().
		WithTimeout(exchangeTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
		WithTransportOptions(func(tr *http.Transport) {
			tr.ResponseHeaderTimeout = responseHeaderTimeout
			tr.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
			if c.Dial != nil {
				tr.DialContext = c.Dial
			}
			if roots != nil {
				if tr.TLSClientConfig == nil {
					tr.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
				}
				tr.TLSClientConfig.RootCAs = roots
			}
		}), nil
}

// patient puts the project's own client in the place of that of a loaded
// configuration. It cannot come earlier: for AWS_CA_BUNDLE the SDK takes no
// client but its own.
func patient(client aws.HTTPClient) aws.HTTPClient {
	own, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	return shared.NewClient(own.GetTransport(), own.GetTimeout())
}

// proxyFunc is what the environment says about proxies, with the given
// settings in its place. As everywhere in Go, loopback is never proxied.
func proxyFunc(c Config) func(*url.URL) (*url.URL, error) {
	settings := httpproxy.FromEnvironment()
	for _, s := range []struct{ given, to *string }{
		{c.HTTPProxy, &settings.HTTPProxy},
		{c.HTTPSProxy, &settings.HTTPSProxy},
		{c.NoProxy, &settings.NoProxy},
	} {
		if s.given != nil {
			*s.to = *s.given
		}
	}
	return settings.ProxyFunc()
}

func readCABundle(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the CA bundle: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the CA bundle " + path + " holds no PEM certificate (a block that begins with -----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}
