// Package sandbox is AWS on loopback: a model of the rules by which Amazon ECS
// and AWS STS answer, served over HTTP on one port. It is a simulation. It
// runs no containers, checks no signatures' cryptography and enforces no IAM
// policies; docs/design/sandbox.md says what it models and what it assumes.
//
// The server in this package authenticates, counts, throttles and injects
// faults. What a service does with a call stands in a package of its own.
package sandbox
