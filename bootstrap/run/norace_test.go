//go:build !race

package run_test

const sample = 1
