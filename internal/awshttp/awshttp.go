// Package awshttp has what every HTTP client of the AWS SDK needs in this project. It knows no service of AWS.
package awshttp

import (
	"io"
	"net/http"
	"time"
)

// Doer sends requests, as *http.Client and the SDK's own client do.
type Doer interface {
	// Do sends a request.
	Do(r *http.Request) (*http.Response, error)
}

// PatientClient hides from net/http that the SDK's request bodies have a WriteTo method. After Close it returns io.EOF as an
// error, where Read returns it as the end (smithy-go 1.28.8). The SDK closes the body as soon as a reply begins; one that
// comes as fast as over loopback can come before net/http has looked for the body's end, and net/http then gives up the
// connection with the reply on it.
type PatientClient struct {
	Doer Doer
}

// Do sends a request.
func (c PatientClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.Doer.Do(r)
}

// NewClient returns a patient client that follows no redirect and gives each exchange that much time. The SDK's own client
// follows 307 and 308 anywhere, from HTTPS to plain HTTP too, where anybody on the way could read the answer, a secret's
// value in the worst case; AWS's services send none.
func NewClient(transport http.RoundTripper, timeout time.Duration) PatientClient {
	return PatientClient{Doer: &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}
