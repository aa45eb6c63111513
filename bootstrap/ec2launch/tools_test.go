package ec2launch_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
)

func TestCertutil(t *testing.T) {
	t.Parallel()
	read := func(path string) ([]byte, error) {
		if path != `C:\a.exe` {
			return nil, fs.ErrNotExist
		}
		return []byte(program), nil
	}
	result := ec2launch.Certutil([]string{"-hashfile", `C:\a.exe`, "SHA256"}, ec2launch.German(), read)
	if lines := strings.Split(result.Stdout, "\r\n"); result.ExitCode != 0 || len(lines) != 4 || lines[1] != digest() || !strings.HasSuffix(lines[0], `C:\a.exe:`) {
		t.Errorf("got %+v", result)
	}
	for _, arguments := range [][]string{{"-hashfile", `C:\b.exe`, "SHA256"}, {"-hashfile", `C:\a.exe`}, {"-hashfile", `C:\a.exe`, "MD5"}, {"-urlcache", "a", "SHA256"}} {
		if result := ec2launch.Certutil(arguments, ec2launch.English(), read); result.ExitCode == 0 || strings.Contains(result.Stdout, digest()) {
			t.Errorf("%v: got %+v", arguments, result)
		}
	}
}

func TestCurl(t *testing.T) {
	t.Parallel()
	const options = "--disable --fail --silent --show-error --location --proto =https --proto-redir =https --tlsv1.2 --retry 2 --output C:\\a "
	for name, c := range map[string]struct {
		options  string
		response ec2launch.Response
		down     int
		exitCode int
		requests int
		wrote    bool
	}{
		"a file":                     {options + location, ec2launch.Response{Status: 200, Body: []byte("a")}, 0, 0, 1, true},
		"plain HTTP":                 {options + "http://example.com", ec2launch.Response{}, 0, 1, 0, false},
		"not found":                  {options + location, ec2launch.Response{Status: 404}, 0, 22, 1, false},
		"not found without --fail":   {strings.Replace(options, "--fail", "", 1) + location, ec2launch.Response{Status: 404, Body: []byte("no")}, 0, 0, 1, true},
		"busy":                       {options + location, ec2launch.Response{Status: 503}, 0, 22, 3, false},
		"no connection":              {options + location, ec2launch.Response{Status: 200}, 9, 7, 3, false},
		"a connection in the end":    {options + location, ec2launch.Response{Status: 200}, 2, 0, 3, true},
		"a redirect without -L":      {strings.Replace(options, "--location", "", 1) + location, ec2launch.Response{Status: 302, Location: "https://other"}, 0, 0, 1, true},
		"in circles":                 {options + location, ec2launch.Response{Status: 302, Location: location}, 0, 47, 50, false},
		"an option of another world": {options + "--insecure " + location, ec2launch.Response{Status: 200}, 0, 2, 0, false},
		"two URLs":                   {options + location + " " + location, ec2launch.Response{Status: 200}, 0, 2, 0, false},
		"an option without a value":  {location + " --output", ec2launch.Response{Status: 200}, 0, 2, 0, false},
		"no output":                  {location, ec2launch.Response{Status: 200}, 0, 2, 0, false},
	} {
		m := newMachine()
		m.web[location], m.down = c.response, c.down
		wrote := false
		result := ec2launch.Curl(t.Context(), strings.Fields(c.options), m, func(string, []byte) error { wrote = true; return nil })
		if result.ExitCode != c.exitCode || len(m.requests) != c.requests || wrote != c.wrote {
			t.Errorf("%s: exit code %d after %d requests, wrote %v", name, result.ExitCode, len(m.requests), wrote)
		}
	}
	result := ec2launch.Curl(t.Context(), strings.Fields(options+location), newMachine(), func(string, []byte) error { return errors.New("disk full") })
	if result.ExitCode != 23 {
		t.Errorf("a full disk: %+v", result)
	}
}
