// Package wire is what the simulated services and the server in front of them
// share: what a request is, how a service lists its operations, and how AWS's
// two oldest protocols (JSON 1.1 and query) spell replies and errors.
package wire
