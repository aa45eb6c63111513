// Package archtest holds the project to its own plan: who may import whom, where time may pass, where state may live,
// how long a file may be. It has tests only. They read the source of every system and build tag, not what one compiler
// sees, so a rule broken in a Windows file fails on Linux too.
package archtest
