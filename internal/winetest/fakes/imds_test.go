package fakes_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// ask sends one request and returns status and text.
func ask(t *testing.T, url, method, header, value string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(header, value)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func serveIMDS(t *testing.T, i fakes.Instance) (*fakes.IMDS, string) {
	t.Helper()
	imds, err := fakes.NewIMDS(i)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(imds)
	t.Cleanup(server.Close)
	return imds, server.URL + "/latest/"
}

const (
	ttlHeader   = "X-aws-ec2-metadata-token-ttl-seconds"
	tokenHeader = "X-aws-ec2-metadata-token"
)

func TestIMDS(t *testing.T) {
	t.Parallel()
	instance := fakes.DefaultInstance()
	instance.UserData, instance.Tags = "<script>\r\n</script>", map[string]string{"Name": "web"}
	imds, base := serveIMDS(t, instance)
	status, token := ask(t, base+fakes.Token, http.MethodPut, ttlHeader, "60")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for path, want := range map[string]string{
		"meta-data/instance-id":                        "i-0123456789abcdef0",
		"meta-data/network/interfaces/macs/":           "0a:00:00:00:00:01/",
		"meta-data/tags/instance/Name":                 "web",
		"meta-data/iam/security-credentials/":          "ecsInstanceRole",
		"user-data":                                    "<script>\r\n</script>",
		"meta-data/network/interfaces/macs/0a:00":      "404 Not Found",
		"meta-data/autoscaling/target-lifecycle-state": "404 Not Found",
	} {
		status, got := ask(t, base+path, http.MethodGet, tokenHeader, token)
		if status != http.StatusOK {
			got = http.StatusText(status)
			got = "404 " + got
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if status, text := ask(t, base+"dynamic/instance-identity/document", http.MethodGet, tokenHeader, token); status != 200 || !strings.Contains(text, `"region":"us-east-1"`) {
		t.Errorf("identity document: %d %s", status, text)
	}
	imds.Set("meta-data/autoscaling/target-lifecycle-state", "InService")
	if _, text := ask(t, base+"meta-data/autoscaling/target-lifecycle-state", http.MethodGet, tokenHeader, token); text != "InService" {
		t.Errorf("lifecycle: %s", text)
	}
	for _, refused := range []struct {
		method, path, header, value string
		want                        int
	}{
		{http.MethodGet, "user-data", "X-Nothing", "", http.StatusUnauthorized},
		{http.MethodPut, fakes.Token, "X-Nothing", "", http.StatusBadRequest},
		{http.MethodGet, fakes.Token, ttlHeader, "60", http.StatusMethodNotAllowed},
	} {
		if status, _ := ask(t, base+refused.path, refused.method, refused.header, refused.value); status != refused.want {
			t.Errorf("%s %s: %d, want %d", refused.method, refused.path, status, refused.want)
		}
	}
	if !slices.Contains(imds.Requests(), "GET user-data") {
		t.Errorf("requests: %v", imds.Requests())
	}
}

func TestIMDSFails(t *testing.T) {
	t.Parallel()
	imds, base := serveIMDS(t, fakes.DefaultInstance())
	_, token := ask(t, base+fakes.Token, http.MethodPut, ttlHeader, "60")
	imds.ExpireToken()
	if status, _ := ask(t, base+"meta-data/mac", http.MethodGet, tokenHeader, token); status != http.StatusUnauthorized {
		t.Errorf("an old token: %d", status)
	}
	imds.Fail(fakes.Token, http.StatusForbidden)
	if status, _ := ask(t, base+fakes.Token, http.MethodPut, ttlHeader, "60"); status != http.StatusForbidden {
		t.Errorf("a disabled service: %d", status)
	}
	imds.Fail(fakes.Token, 0)
	imds.Hang(true)
	answered := make(chan string, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"meta-data/mac", http.NoBody)
		if err != nil {
			answered <- err.Error()
			return
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- errors.Join(resp.Body.Close(), errors.New(resp.Status)).Error()
	}()
	err := wait.Until(t.Context(), wait.System(), wait.Every(time.Millisecond, time.Minute), "the hanging request", func(time.Duration) (bool, string, error) {
		seen := imds.Requests()
		return seen[len(seen)-1] == "GET meta-data/mac" && len(seen) == 4, strings.Join(seen, ", "), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case answer := <-answered:
		t.Errorf("answered %s while it hangs", answer)
	default:
	}
	imds.Hang(false)
	if answer := <-answered; answer != "401 Unauthorized" {
		t.Errorf("after the hang: %s", answer)
	}
}
