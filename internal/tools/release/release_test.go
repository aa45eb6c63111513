package main

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"
)

func TestSizes(t *testing.T) {
	t.Parallel()
	in := strings.Join([]string{
		"140001000    2048 T runtime.main",
		"140001000    2048 T runtime.text",
		"140002000    1024 t example.com/a/b.(*T).Do",
		"140003000    1024 T example.com/a/b.F[go.shape.struct { example.com/c/d.X }]",
		"140004000    4096 R type:*",
		"140005000 9999999 D example.com/a/b.memory",
		"                  U kernel32.dll",
		"140006000    1024 T github.com/x/y/service/ecs/internal/deep.F",
		"140007000    1024 T gopkg.in/yaml%2ev3.Parse",
	}, "\n")
	var out bytes.Buffer
	if err := printSizes(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := `       4 KiB  (type)
       2 KiB  example.com/a/b
       2 KiB  runtime
       1 KiB  github.com/x/y/service/ecs
       1 KiB  gopkg.in/yaml.v3
       0 KiB  0 more packages
      10 KiB  all symbols
`
	if out.String() != want {
		t.Errorf("printSizes:\n%s\nwant:\n%s", out.String(), want)
	}
	if err := printSizes(strings.NewReader("no symbols\n"), &out); err == nil {
		t.Error("printSizes takes a program without symbols")
	}
}

func TestBill(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
		{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:x"},
		{Path: "example.com/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/c", Version: "v2.0.0"}},
	}}
	bom := bill(info, []byte("MZ"), "1.2.3")
	var urls []string
	for _, c := range *bom.Components {
		urls = append(urls, c.PackageURL)
	}
	if got, want := strings.Join(urls, " "), "pkg:golang/std@1.26.8 pkg:golang/example.com/a@v1.0.0 pkg:golang/example.com/c@v2.0.0"; got != want {
		t.Errorf("the bill lists %s, want %s", got, want)
	}
	if got := (*bom.Metadata.Component.Hashes)[0].Value; got != "9b8db510ef42b8ed54a3712636fda55a4f8cfcd5493e20b74ab00cd4f3979f2d" {
		t.Errorf("the program's digest is %s", got)
	}
	if bom.SerialNumber != "" || bom.Metadata.Timestamp != "" {
		t.Error("the bill holds what differs from build to build")
	}
}
