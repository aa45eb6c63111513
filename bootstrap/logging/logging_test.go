package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/logging"
)

// canaries are secrets of the shapes that occur on a node. Nobody told the mask of them.
func canaries() map[string]string {
	return map[string]string{
		"access key":         "AKIA" + "CANARYCANARY1234",
		"temporary key":      "ASIA" + "CANARYCANARY1234",
		"session token":      "IQoJb3JpZ2luX2VjE" + strings.Repeat("Canary1", 12),
		"password in a URL":  "http://proxyuser:canary-proxy-pass@proxy.example.com:3128",
		"an @ in a password": "https://proxyuser:canary@canary-after-at@proxy.example.com/path",
		"JSON web token":     "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl",
		"private key":        "-----BEGIN RSA PRIVATE KEY-----\nMIICanary\n-----END RSA PRIVATE KEY-----",
		"assignment":         "DB_PASSWORD=canary-pass",
		"JSON member":        `{"SecretAccessKey": "canaryCanary/canary+canaryCanary0123456789"}`,
		"PowerShell":         `$env:API_TOKEN = 'canary-token-value'`,
		"header":             "Authorization: Bearer canarycanarycanary",
		"docker auth":        `ECS_ENGINE_AUTH_DATA={"canary":1}`,
	}
}

func TestNoSinkSeesASecret(t *testing.T) {
	t.Parallel()
	for name, canary := range canaries() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text, jsonLog, file bytes.Buffer
			ring, events, mask := logging.NewRing(100), &logging.Events{}, &logging.Mask{}
			for console, asJSON := range map[*bytes.Buffer]bool{&text: false, &jsonLog: true} {
				log := logging.New(logging.Options{
					Level: hclog.Trace, JSON: asJSON, Console: console, File: &file, Ring: ring, Events: events, Mask: mask,
				})
				log.Error(canary)
				log.Named("phase").With("k", canary).Warn("with", "error", errors.New(canary), "bytes", fmt.Sprintf("%q", canary))
				log.Error("by name", "proxyPassword", "canary-pass", "n", 1)
				log.Error("format", "v", hclog.Fmt("%s and %v", canary, canary))
			}
			all := text.String() + jsonLog.String() + file.String() + ring.String() + fmt.Sprint(events.Take())
			for _, secret := range []string{"canary-proxy-pass", "canary-after-at", "canary-pass", "CANARYCANARY", "Canary1Canary1", "c2lnbmF0dXJl", "MIICanary",
				"canary+canary", "canary-token-value", "canarycanarycanary", `"canary":1`} {
				if strings.Contains(all, secret) {
					t.Errorf("%q came through:\n%s", secret, all)
				}
			}
			if !strings.Contains(text.String(), logging.Masked) {
				t.Errorf("nothing was masked:\n%s", text.String())
			}
		})
	}
}

// TestMaskKnowsWhatItWasTold, in every form in which a text may hold it.
func TestMaskKnowsWhatItWasTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9 "\\<>&%!/+=:@-]{6,30}`).Draw(t, "secret")
		mask := &logging.Mask{}
		mask.Add(secret)
		inJSON, err := json.Marshal(map[string]string{"v": "before " + secret + " after"})
		if err != nil {
			t.Fatal(err)
		}
		var decoded map[string]string
		masked := mask.Text(string(inJSON))
		if err := json.Unmarshal([]byte(masked), &decoded); err == nil && strings.Contains(decoded["v"], secret) {
			t.Fatalf("%q came through JSON: %s", secret, masked)
		}
		if got := mask.Text("before " + secret + " after"); strings.Contains(got, secret) {
			t.Fatalf("%q came through: %s", secret, got)
		}
	})
}

func TestMaskLeavesOtherTextsAlone(t *testing.T) {
	t.Parallel()
	mask := &logging.Mask{}
	mask.Add("no")
	for _, text := range []string{
		"the instance metadata service gave no token: unreachable",
		"no password is set", "https://ecs.eu-central-1.amazonaws.com/path@x", "service Docker: stopped -> running",
		"arn:aws:ecs:eu-central-1:111122223333:container-instance/prod/0123456789abcdef0123456789abcdef",
		"a basic check", "ssm:/prod/proxy",
	} {
		if d := cmp.Diff(text, mask.Text(text)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

func TestEntriesHaveTheMachinesTime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	then := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	log := logging.New(logging.Options{Level: hclog.Warn, Console: &out, Mask: &logging.Mask{}, Now: func() time.Time { return then }})
	log.Info("below the level")
	log.Warn("seen", "n", 3)
	want := "2026-01-02T03:04:05.000Z [WARN]  ecswin-bootstrap: seen: n=3\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEventsAreWarningsAndErrors(t *testing.T) {
	t.Parallel()
	events := &logging.Events{}
	log := logging.New(logging.Options{Level: hclog.Error, Events: events, Mask: &logging.Mask{}})
	log.Info("not for the event log")
	log.Named("docker").Warn("slow", "seconds", 40)
	log.Error("gone")
	want := []logging.Event{{"warning", "ecswin-bootstrap.docker: slow seconds=40"}, {"error", "ecswin-bootstrap: gone"}}
	if d := cmp.Diff(want, events.Take()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if again := events.Take(); len(again) > 0 {
		t.Errorf("taken twice: %v", again)
	}
}

func TestRingKeepsTheLastLines(t *testing.T) {
	t.Parallel()
	ring := logging.NewRing(2)
	for _, part := range []string{"one\ntw", "o\n", "three\nfour", "\n", "not ended"} {
		if n, err := ring.Write([]byte(part)); err != nil || n != len(part) {
			t.Fatalf("Write(%q) = %d, %v", part, n, err)
		}
	}
	if d := cmp.Diff("three\nfour\n", ring.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestRollingSetsFullFilesAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bootstrap.log")
	log, err := logging.OpenRolling(path, 10, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []string{"first 1\n", "second 2\n", "third 3\n", "fourth 4\n"} {
		if _, err := log.Write([]byte(entry)); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "fourth 4\n", ".1": "third 3\n", ".2": "second 2\n"} {
		got, err := os.ReadFile(path + name)
		if err != nil || string(got) != want {
			t.Errorf("bootstrap.log%s = %q, %v; want %q", name, got, err, want)
		}
	}
	if _, err := os.Stat(path + ".3"); !os.IsNotExist(err) {
		t.Errorf("a third old file is kept: %v", err)
	}
}

// TestRollingGoesOnWhereItCannotSetAside: on Windows nobody renames a file that another process has open. No entry may be
// lost over it, and once the way is free the file is set aside.
func TestRollingGoesOnWhereItCannotSetAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bootstrap.log")
	inTheWay := filepath.Join(path+".1", "file")
	if err := os.MkdirAll(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	log, err := logging.OpenRolling(path, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	write := func(entry string) {
		if _, err := log.Write([]byte(entry)); err != nil {
			t.Errorf("%q: %v", entry, err)
		}
	}
	for _, entry := range []string{"first 1\n", "second 2\n", "third 3\n"} {
		write(entry)
	}
	if err := os.RemoveAll(path + ".1"); err != nil {
		t.Fatal(err)
	}
	write("fourth 4\n")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "fourth 4\n", ".1": "first 1\nsecond 2\nthird 3\n"} {
		got, err := os.ReadFile(path + name)
		if err != nil || string(got) != want {
			t.Errorf("bootstrap.log%s = %q, %v; want %q", name, got, err, want)
		}
	}
}
