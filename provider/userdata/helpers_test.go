package userdata_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// nobody answers there: user data is made without a call to AWS.
const nobody = "http://127.0.0.1:9"

// run applies steps whose configurations lack the provider's block.
func run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	acctest.RequireTerraform(t)
	t.Parallel()
	for i := range steps {
		steps[i].Config = acctest.ProviderConfig(nobody, "skip_credentials_validation = true") + steps[i].Config
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")), Steps: steps})
}

// node is the data source with some arguments.
func node(arguments string) string {
	return "\ndata \"ecswin_user_data\" \"node\" {\n" + arguments + "\n}\n"
}

// says matches a text however Terraform wraps its lines; … stands for anything.
func says(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + strings.NewReplacer(" ", `[\s│]+`, "…", ".*").Replace(regexp.QuoteMeta(text)))
}

// full is a document with every member in it.
func full(t *testing.T) *nodeconfig.Document {
	t.Helper()
	text := regexp.MustCompile(`(?m)^( *)#([a-z_0-9]+: )`).ReplaceAll(nodeconfig.Example(), []byte("$1$2"))
	d, err := nodeconfig.Parse(text, "example")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// arguments writes a document's members in Terraform's language.
func arguments(d *nodeconfig.Document, section string) string {
	var b strings.Builder
	for _, f := range nodeconfig.Fields() {
		in, name, _ := cutLast(f.Path)
		if in != section || f.Path == "apiVersion" || f.Path == "kind" {
			continue
		}
		value, _ := d.Get(f.Path)
		fmt.Fprintf(&b, "%s = %s\n", name, literal(value))
	}
	for _, s := range nodeconfig.Sections() {
		if in, name, _ := cutLast(s.Path); in == section {
			fmt.Fprintf(&b, "%s {\n%s}\n", name, arguments(d, s.Path))
		}
	}
	return b.String()
}

func cutLast(path string) (section, name string, found bool) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:], i >= 0
}

func literal(value any) string {
	switch value := value.(type) {
	case string:
		return strconv.Quote(value)
	case time.Duration:
		return strconv.Quote(value.String())
	case []string:
		quoted := make([]string, len(value))
		for i, item := range value {
			quoted[i] = strconv.Quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case []int:
		return strings.ReplaceAll(fmt.Sprint(value), " ", ", ")
	case map[string]string:
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(value)) {
			fmt.Fprintf(&b, "%q = %q, ", key, value[key])
		}
		return "{ " + b.String() + "}"
	}
	return fmt.Sprint(value)
}
