package winetest_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

func probe(t *testing.T) string {
	t.Helper()
	return winetest.BuildExe(t, "./internal/winetest/cmd/probe", "")
}

func TestRun(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Setenv("GREETING", "grüß Gott")
	r := m.Run(t.Context(), probe(t), "hello", `a "b" c\`, "")
	if r.ExitCode != 0 || !strings.Contains(r.Stdout, `Windows 10.0.20348 product type 3, arguments ["a \"b\" c\\" ""], GREETING="grüß Gott"`) {
		t.Errorf("%+v", r)
	}
	if r := m.Run(t.Context(), probe(t), "exit", "3010"); r.ExitCode != 3010 {
		t.Errorf("%+v", r)
	}
	t.Log(r.Took)
}
