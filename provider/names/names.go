// Package names knows what Amazon ECS takes as a name.
package names

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/ecswin/terraform-provider-ecswin/provider/checks"
)

// maxLength is the longest name of a cluster, capacity provider or family (API
// Reference, CreateCluster, CreateCapacityProvider, RegisterTaskDefinition).
const maxLength = 255

// Valid reports whether name can be that of a cluster, a capacity provider or
// a family. It is plain code because a pattern with a bound of 255 takes
// longer to compile than the provider otherwise takes to start.
func Valid(name string) bool {
	if name == "" || len(name) > maxLength {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// Validator checks an attribute with Valid.
func Validator() validator.String {
	return checks.Check{Rule: "1 to 255 letters, digits, hyphens and underscores", OK: Valid}
}
