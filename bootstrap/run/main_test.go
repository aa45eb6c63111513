package run_test

import (
	"runtime/debug"
	"testing"
)

// TestMain lets garbage gather: these tests make thousands of small machines, one after the other, and would spend a fifth
// of their time on collecting them.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}
