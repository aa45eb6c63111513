// Package fakes has what a Windows container instance talks to, for machines under Wine and for native tests: the instance
// metadata service, the Docker engine, the Amazon ECS agent. Each answers as far as a node program asks, and can be made to
// fail in the ways that the originals are known to.
package fakes
