package agentphase

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type entry struct {
	name, text string
	mode       fs.FileMode
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode != 0 {
			header.SetMode(e.mode)
		}
		f, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func paths(files []file) []string {
	var list []string
	for _, f := range files {
		list = append(list, f.path+"="+string(f.content))
	}
	return list
}

func TestArchivesAreToldApartByTheirContent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries []entry
		want    []string
	}{
		"agent in a folder, key last": {
			[]entry{{name: "ecs/"}, {name: "ecs/amazon-ecs-agent.exe", text: "a"}, {name: "ecs/LICENSE", text: "l"}, {name: `ecs\extra\x.ps1`, text: "x"}},
			[]string{`C:\Program Files\Amazon\ECS\LICENSE=l`, `C:\Program Files\Amazon\ECS\extra\x.ps1=x`, `C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe=a`},
		},
		"plugin":   {[]entry{{name: "vpc-eni.exe", text: "p"}}, []string{`C:\Program Files\Amazon\ECS\cni\vpc-eni.exe=p`}},
		"ECS Exec": {[]entry{{name: "bin/3.3.0/amazon-ssm-agent.exe", text: "s"}, {name: "bin/3.3.0/w.exe", text: "w"}}, []string{`C:\Program Files\Amazon\ECS\managed-agents\execute-command\bin\3.3.0\w.exe=w`, `C:\Program Files\Amazon\ECS\managed-agents\execute-command\bin\3.3.0\amazon-ssm-agent.exe=s`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := openArchive("x.zip", zipped(t, tt.entries...))
			if err != nil || a == nil {
				t.Fatal(a, err)
			}
			files, err := a.files()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, paths(files)); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
		})
	}
	if a, err := openArchive("x.zip", zipped(t, entry{name: "readme.txt"})); a != nil || err != nil {
		t.Errorf("another archive: %v, %v", a, err)
	}
}

func TestUnsafeArchivesAreRefused(t *testing.T) {
	t.Parallel()
	key := entry{name: "amazon-ecs-agent.exe", text: "a"}
	many := []entry{key}
	for range maxEntries {
		many = append(many, entry{name: "x"})
	}
	for name, entries := range map[string][]entry{
		"out of the folder":               {key, {name: "../../Windows/System32/evil.dll"}},
		"out of it with backslashes":      {key, {name: `..\evil.dll`}},
		"a way back inside":               {key, {name: "a/../b"}},
		"absolute":                        {key, {name: "/evil.dll"}},
		"another drive":                   {key, {name: `D:\evil.dll`}},
		"a stream of a file":              {key, {name: "amazon-ecs-agent.exe:hidden"}},
		"a device":                        {key, {name: "sub/NUL.txt"}},
		"a name that Windows cuts":        {key, {name: "amazon-ecs-agent.exe."}},
		"twice, in other case":            {key, {name: "Amazon-ECS-Agent.EXE"}},
		"a link":                          {key, {name: "link", text: "C:/Windows", mode: fs.ModeSymlink | 0o777}},
		"an empty part":                   {key, {name: "a//b"}},
		"more entries than an AMI's have": many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := openArchive("x.zip", zipped(t, entries...))
			if err == nil && a != nil {
				_, err = a.files()
			}
			if !errors.Is(err, errUnsafe) || !strings.Contains(err.Error(), "x.zip") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestContentIsBounded: the size in the directory of the archive is not believed.
func TestContentIsBounded(t *testing.T) {
	t.Parallel()
	a, err := openArchive("x.zip", zipped(t, entry{name: "vpc-eni.exe", text: strings.Repeat("x", 1000)}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contentOf(a.zip.File[0], 999); !errors.Is(err, errUnsafe) {
		t.Errorf("got %v", err)
	}
	if content, err := contentOf(a.zip.File[0], 1000); err != nil || len(content) != 1000 {
		t.Errorf("got %d bytes, %v", len(content), err)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	archiveOf := func(name string) *archive { return &archive{name: name, kind: kinds()[0], version: versionIn(name)} }
	archives := []*archive{archiveOf("ecs-agent-windows-1.9.10.zip"), archiveOf("ecs-agent-windows-1.105.1.zip"), archiveOf("ecs-agent-windows-1.99.0.zip")}
	for wanted, want := range map[string]string{"": "1.105.1", "1.99.0": "1.99.0"} {
		if got := choose(archives, "amazon-ecs-agent.exe", wanted); got == nil || got.version.String() != want {
			t.Errorf("%q: got %v", wanted, got)
		}
	}
	if got := choose(archives, "amazon-ecs-agent.exe", "1.1.1"); got != nil {
		t.Errorf("got %s", got.name)
	}
	if got := choose(archives, "vpc-eni.exe", ""); got != nil {
		t.Errorf("got %s", got.name)
	}
}

func FuzzRelative(f *testing.F) {
	for _, name := range []string{"a/b", `..\x`, "C:x", "con", "a/./b", "x ", "\x00"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean, err := relative(name)
		if err != nil {
			return
		}
		if strings.Contains(clean, `\`) || strings.Contains("/"+clean+"/", "/../") || strings.Contains(clean, ":") || strings.HasPrefix(clean, "/") {
			t.Errorf("relative(%q) = %q", name, clean)
		}
	})
}
