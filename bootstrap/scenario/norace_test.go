//go:build !race

package scenario_test

// orders is in how many orders of what happens at the same instant a scenario is played.
const orders = 3
