package nodeconfig

import (
	"regexp"
	"sync"
)

// pattern compiles a regular expression when it is first asked for: Terraform starts the provider for every command, most
// of which read no document.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
