//go:build race

package scenario_test

// orders is how often a scenario is played: under the race detector, which is slow, in one order only.
const orders = 1
