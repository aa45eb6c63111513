package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

func TestRunServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, write, io.Discard) }()

	said := make([]byte, 4096)
	n, err := read.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	url := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`).FindString(string(said[:n]))
	if url == "" || !strings.Contains(string(said[:n]), "simulation") {
		t.Fatalf("it said %q, want its address and that it is a simulation", said[:n])
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/_sandbox/calls", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Errorf("GET calls: %s, want 200", response.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("after the stop: %v", err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"every interface":  {[]string{"-addr", "0.0.0.0:0"}, "-allow-remote"},
		"no host":          {[]string{"-addr", ":0"}, "-allow-remote"},
		"a name":           {[]string{"-addr", "example.com:0"}, "-allow-remote"},
		"no port":          {[]string{"-addr", "127.0.0.1"}, "host and a port"},
		"a bad port":       {[]string{"-addr", "127.0.0.1:99999"}, "choose another port"},
		"an argument":      {[]string{"start"}, "unexpected argument"},
		"an unknown flag":  {[]string{"-fast"}, "-fast"},
		"no instances":     {[]string{"-instances", "count=0"}, "from 1 to"},
		"a wrong key":      {[]string{"-instances", "colour=red"}, "none of"},
		"a wrong type":     {[]string{"-addr", "127.0.0.1:0", "-instances", "type=m5.huge"}, "m5.huge"},
		"a negative step":  {[]string{"-task-step", "-1s"}, "negative"},
		"negative latency": {[]string{"-latency", "-1s"}, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), test.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("run(%q) = %v, want an error that says %q", test.args, err, test.want)
			}
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, io.Discard, &help); err != nil {
		t.Errorf("run(-help) = %v", err)
	}
	for _, flag := range []string{"-addr", "-latency", "-throttle", "-log", "-allow-remote", "-instances", "-task-step"} {
		if !strings.Contains(help.String(), flag) {
			t.Errorf("the help does not name %s", flag)
		}
	}
}

func TestInstancesSayThatTheyAreSimulated(t *testing.T) {
	t.Parallel()
	group, err := parseInstances("cluster=windows,type=m5.xlarge,os=WINDOWS_SERVER_2019_CORE,count=2")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := populate(&said, sandbox.New(sandbox.Options{}), []instances{group}); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^simulated instance i-0[0-9a-f]{16} in cluster windows: arn:aws:ecs:us-east-1:123456789012:container-instance/windows/[0-9a-f]{32}$`)
	if n := len(line.FindAllString(said.String(), -1)); n != 2 {
		t.Errorf("it said\n%s", said.String())
	}
}
