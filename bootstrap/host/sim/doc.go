// Package sim is a simulated Windows machine with virtual time, and the AWS account it belongs to. It follows rules, not
// recordings: stopping Docker stops the ECS agent, a port proxy rule binds only to an address that is Preferred, Docker's
// nat network is gone after a boot. docs/design/simulated-windows.md lists the rules, where each is from, and which
// nobody has seen on a real machine.
package sim
