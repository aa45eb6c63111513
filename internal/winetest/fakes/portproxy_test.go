package fakes_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

func TestPortProxy(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "there") }))
	t.Cleanup(server.Close)
	free := httptest.NewServer(http.NotFoundHandler()) // for a port that nobody has
	from := strings.Replace(free.Listener.Addr().String(), ":", "/", 1)
	free.Close()
	rules := map[string]string{from: strings.Replace(server.Listener.Addr().String(), ":", "/", 1)}
	p := &fakes.PortProxy{HNS: &hnsstore.Store{Dir: t.TempDir()}, Rules: func() (map[string]string, error) { return rules, nil }}
	defer p.Close()
	for range 2 { // the second reading changes nothing
		if err := p.Reread(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	url := "http://" + strings.Replace(from, "/", ":", 1)
	if _, text := ask(t, url, http.MethodGet, "X-Nothing", ""); text != "there" {
		t.Errorf("got %q", text)
	}
	rules["169.254.170.2/80"] = "127.0.0.1/1"
	if err := p.Reread(t.Context()); err == nil || !strings.Contains(err.Error(), "169.254.170.2/80") {
		t.Errorf("an address that is not there: %v", err)
	}
	clear(rules)
	if err := p.Reread(t.Context()); err != nil {
		t.Fatal(err)
	}
	if resp, err := (&http.Client{Transport: &http.Transport{}}).Get(url); err == nil { //nolint:noctx // refused at once
		t.Errorf("a rule that is gone still forwards: %s", resp.Status)
		_ = resp.Body.Close()
	}
}
