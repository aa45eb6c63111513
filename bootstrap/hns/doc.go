// Package hns knows what networks of the Host Networking Service an ECS node on Windows should have and what is wrong with
// those it has. All of it is pure: it looks at what others saw and changes nothing. Who talks to HNS is package host.
package hns

import (
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// The types of networks that the bootstrap tells apart. HNS's spelling varies; see [TypeIs].
const (
	TypeNAT         = "NAT"
	TypeTransparent = "Transparent"
	TypeL2Bridge    = "L2Bridge"
)

// TypeIs reports whether a network is of a type. HNS leaves the type of a NAT network out, and some products write types
// in lower case.
func TypeIs(n host.HNSNetwork, want string) bool {
	return strings.EqualFold(n.Type, want) || n.Type == "" && want == TypeNAT
}

// SameID compares two ids of HNS, which come in either case and with or without braces.
func SameID(a, b string) bool {
	return strings.EqualFold(strings.Trim(a, "{}"), strings.Trim(b, "{}"))
}
