package awshttp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/awshttp"
)

// body is closed by the SDK as soon as a reply begins, and errs in WriteTo from then on.
type body struct{ io.Reader }

func (body) Close() error { return nil }

func (body) WriteTo(io.Writer) (int64, error) { return 0, io.EOF }

type doer struct{ sent io.Reader }

func (d *doer) Do(r *http.Request) (*http.Response, error) {
	d.sent = r.Body
	return nil, nil
}

func TestBodyHasNoWriteTo(t *testing.T) {
	t.Parallel()
	d := &doer{}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1", body{strings.NewReader("text")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (awshttp.PatientClient{Doer: d}).Do(r); err != nil {
		t.Fatal(err)
	}
	if _, writes := d.sent.(io.WriterTo); writes {
		t.Error("net/http would copy the body with WriteTo")
	}
	if text, err := io.ReadAll(d.sent); err != nil || string(text) != "text" {
		t.Errorf("it reads %q, %v", text, err)
	}
	r.Body = http.NoBody
	if _, err := (awshttp.PatientClient{Doer: d}).Do(r); err != nil || d.sent != http.NoBody {
		t.Error("no body is no longer http.NoBody, which net/http knows")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	client := awshttp.NewClient(http.DefaultTransport, time.Minute)
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		t.Cleanup(redirecting.Close)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, redirecting.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != status {
			t.Errorf("got status %d, %v; want the redirect itself, %d", resp.StatusCode, err, status)
		}
	}
}
