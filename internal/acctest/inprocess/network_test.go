package inprocess_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

// TestNetwork lets an hour pass at once: nobody answers, and the client gives
// up.
func TestNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := inprocess.NewNetwork()
		server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				<-r.Context().Done()
				return
			}
			_, _ = io.WriteString(w, "hello")
		})}
		go func() { _ = server.Serve(network) }()
		client := &http.Client{Transport: &http.Transport{DialContext: network.DialContext}, Timeout: time.Hour}
		resp, err := client.Get("http://any.test/")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != "hello" {
			t.Errorf("got %q, %v", body, err)
		}
		_ = resp.Body.Close()
		start := time.Now()
		if _, err := client.Get("http://any.test/slow"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline", err)
		}
		if waited := time.Since(start); waited != time.Hour {
			t.Errorf("waited %s", waited)
		}
		_ = server.Close()
		if _, err := network.DialContext(t.Context(), "tcp", "any.test:80"); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v from a closed network", err)
		}
	})
}
