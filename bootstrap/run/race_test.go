//go:build race

package run_test

// sample is which part of the long tests runs: one case in so many. The simulated clock lets one worker run at a time, so
// that the race detector, under which everything takes many times as long, has seen in a part what it can see in the whole.
const sample = 10
