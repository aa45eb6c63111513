package fault

import "strings"

// Page is where the documentation explains a code: a path in the project, with the heading.
func Page(code Code) string {
	return "docs/bootstrap/exit-codes.md#" + strings.ToLower(string(code))
}
