package awscloud

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"golang.org/x/net/http/httpproxy"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	shared "github.com/ecswin/terraform-provider-ecswin/internal/awshttp"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// No exchange may hang: these bound its parts and the whole.
const (
	connectTimeout  = 5 * time.Second
	exchangeTimeout = 15 * time.Second
	metadataTimeout = 5 * time.Second
)

func newHTTPClient(s cloud.Settled) (aws.HTTPClient, error) {
	proxy := proxyFunc(s)
	client, err := trusting(awshttp.NewBuildableClient().
		WithTimeout(exchangeTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
		WithTransportOptions(func(tr *http.Transport) {
			tr.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
		}))
	if err != nil {
		return nil, err
	}
	return shared.NewClient(client.GetTransport(), client.GetTimeout()), nil
}

// newMetadataHTTPClient knows no proxy: one would ask for its own metadata.
func newMetadataHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(metadataTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
		WithTransportOptions(func(tr *http.Transport) { tr.Proxy = nil })
}

// proxyFunc is what the environment says of proxies, with the document's in its place where it has one. As everywhere in
// Go, loopback is never proxied.
func proxyFunc(s cloud.Settled) func(*url.URL) (*url.URL, error) {
	settings := httpproxy.FromEnvironment()
	if s.HTTPProxy != "" || s.HTTPSProxy != "" {
		settings.HTTPProxy, settings.HTTPSProxy = s.HTTPProxy, s.HTTPSProxy
		settings.NoProxy = strings.Join(append(slices.Clone(s.NoProxy), nodeconfig.NoProxyAlways()...), ",")
	}
	return settings.ProxyFunc()
}

// userAgent adds words to the User-Agent header once the SDK has made its own.
func userAgent(words string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Build.Add(middleware.BuildMiddlewareFunc("AppendUserAgent",
			func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
				if req, ok := in.Request.(*smithyhttp.Request); ok {
					req.Header.Set("User-Agent", req.Header.Get("User-Agent")+" "+words)
				}
				return next.HandleBuild(ctx, in)
			}), middleware.After)
	}
}
