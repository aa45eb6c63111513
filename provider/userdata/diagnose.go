package userdata

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

const summary = "Unable to render the user data"

// diagnose reports problems, each at its attribute.
func diagnose(diags *diag.Diagnostics, problems nodeconfig.Problems) {
	for _, p := range problems {
		if p.Path == "" {
			diags.AddError(summary, "The user data "+sentence(p))
			continue
		}
		diags.AddAttributeError(attributePath(p.Path), summary, p.Path+" "+sentence(p))
	}
}

// sentence is what is wrong and, in a sentence of its own, what to do.
func sentence(p nodeconfig.Problem) string {
	text := p.Message + "."
	if p.Remedy != "" {
		text += "\n\n" + strings.ToUpper(p.Remedy[:1]) + p.Remedy[1:]
		if !strings.HasSuffix(text, "?") {
			text += "."
		}
	}
	return text
}

var step = regexp.MustCompile(`^\.?([A-Za-z][A-Za-z0-9_]*)|^\[([0-9]+)\]|^\[("(?:[^"\\]|\\.)*")\]`)

// attributePath turns a path of the document, such as agent.tags["team"] or dns.servers[1], into that of the attribute. A
// key that an error does not show leads to the map around it.
func attributePath(of string) path.Path {
	found := path.Empty()
	for of != "" {
		m := step.FindStringSubmatch(of)
		if m == nil {
			break
		}
		of = of[len(m[0]):]
		switch {
		case m[1] != "":
			found = found.AtName(m[1])
		case m[2] != "":
			if i, err := strconv.Atoi(m[2]); err == nil {
				found = found.AtListIndex(i)
			}
		default:
			if key, err := strconv.Unquote(m[3]); err == nil && key != "***" && key != "…" {
				found = found.AtMapKey(key)
			}
		}
	}
	return found
}
