package rules

import (
	"strings"
	"testing"
)

func TestParseWinPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		kind  pathKind
		drive byte
		text  string
	}{
		{`C:\Data\Logs`, drivePath, 'c', `c:\data\logs`},
		{`c:/data//logs/`, drivePath, 'c', `c:\data\logs`},
		{`C:\data\.\x\..\logs`, drivePath, 'c', `c:\data\logs`},
		{`C:\..\..\data`, drivePath, 'c', `c:\data`},
		{`D:`, drivePath, 'd', `d:\`},
		{`D:\`, drivePath, 'd', `d:\`},
		{`D:data`, otherPath, 0, `d:data`},
		{`\data`, otherPath, 0, `\data`},
		{`data`, otherPath, 0, `data`},
		{``, otherPath, 0, ``},
		{`\\server\share`, otherPath, 0, `\\server\share`},
		{`\\.\pipe\Docker_Engine`, pipePath, 0, `\\.\pipe\docker_engine`},
		{`//./pipe/docker_engine`, pipePath, 0, `\\.\pipe\docker_engine`},
		{`\\.\pipe\`, otherPath, 0, `\\.\pipe\`},
		{`/var/Data`, unixPath, 0, `/var/Data`},
		{`1:\data`, otherPath, 0, `1:\data`},
	} {
		if got, want := parseWinPath(c.in), (winPath{c.kind, c.drive, c.text}); got != want {
			t.Errorf("parseWinPath(%q) = %+v, want %+v", c.in, got, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, unit string
		n        int64
		ok       bool
	}{
		{"1024", "vcpu", 1024, true},
		{"1 vCPU", "vcpu", 1024, true},
		{".25vcpu", "vcpu", 256, true},
		{"0.5 GB", "gb", 512, true},
		{"1GB", "gb", 1024, true},
		{"1 MB", "gb", 0, false},
		{"1.5", "gb", 0, false},
		{"-1", "gb", 0, false},
		{"0", "gb", 0, false},
		{"1.2.3 GB", "gb", 0, false},
		{"GB", "gb", 0, false},
		{"", "gb", 0, false},
		{"1e3 GB", "gb", 0, false},
		{"99999999999999999999", "gb", 0, false},
	} {
		if n, ok := parseSize(c.in, c.unit); n != c.n || ok != c.ok {
			t.Errorf("parseSize(%q, %q) = %d, %t, want %d, %t", c.in, c.unit, n, ok, c.n, c.ok)
		}
	}
}

func TestParseImage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want imageName
	}{
		{"iis", imageName{withTag: "iis"}},
		{"iis:1", imageName{withTag: "iis:1", tag: "1"}},
		{"host:5000/iis", imageName{withTag: "host:5000/iis"}},
		{"host:5000/iis:1", imageName{withTag: "host:5000/iis:1", tag: "1"}},
		{"iis:1@sha256:ab", imageName{withTag: "iis:1", tag: "1", digest: "sha256:ab", hasDigest: true}},
		{"iis@", imageName{withTag: "iis", hasDigest: true}},
	} {
		if got := parseImage(c.in); got != c.want {
			t.Errorf("parseImage(%q) = %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestReleaseOfTag(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"windowsservercore-ltsc2022": "2022",
		"4.8-20240101-LTSC2019":      "2019",
		"nanoserver-1809":            "2019",
		"1.1809.2":                   "2019",
		"build18090":                 "",
		"20H2":                       "20H2",
		"":                           "",
	} {
		if got := releaseOfTag(tag); got != want {
			t.Errorf("releaseOfTag(%q) = %q, want %q", tag, got, want)
		}
	}
}

// A path in its clean spelling is read as the same path.
func FuzzParseWinPath(f *testing.F) {
	for _, s := range []string{`C:\a\..\b`, `D:`, `\\.\pipe\x`, `/a`, `c:/`, `a`, "İ:\\", `C:\..`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := parseWinPath(s)
		if p.kind == unixPath {
			return
		}
		if again := parseWinPath(p.text); again != p && !strings.ContainsFunc(s, func(r rune) bool { return r > 127 }) {
			t.Errorf("%q is %+v, which is %+v", s, p, again)
		}
		if (p.drive != 0) != (p.kind == drivePath) {
			t.Errorf("%q is %+v", s, p)
		}
	})
}

// A range that is read is one that AWS takes.
func FuzzParsePortRange(f *testing.F) {
	for _, s := range []string{"1-65535", "8000-8010", "0-1", "1-", "-1", "2-1", "1-65536", "+1-2", "1-2-3", "01-02"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, last, ok := parsePortRange(s)
		if ok && (first < 1 || first >= last || last > maxPort || strings.Trim(s, "0123456789-") != "") {
			t.Errorf("%q is read as %d to %d", s, first, last)
		}
		if !ok && (first != 0 || last != 0) {
			t.Errorf("%q is not read, and gives %d to %d", s, first, last)
		}
	})
}

// A size that is read is positive.
func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"1", "1 gb", ".5GB", "1e9 gb", "-1", "999999999 GB", "infgb", "0x1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseSize(s, "gb"); ok && n < 1 || !ok && n != 0 {
			t.Errorf("parseSize(%q) = %d, %t", s, n, ok)
		}
	})
}
