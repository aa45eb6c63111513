package nodeconfig

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// bounds says in words what a value may be.
func (f Field) bounds() string {
	switch {
	case len(f.Enum) > 0:
		return "one of " + strings.Join(f.Enum, ", ")
	case f.Range != nil:
		write := func(n int64) string { return strconv.FormatInt(n, 10) }
		if f.Type == TypeDuration {
			write = func(n int64) string { return FormatDuration(time.Duration(n)) }
		}
		if f.Range.Max == Unbounded {
			return "at least " + write(f.Range.Min)
		}
		return write(f.Range.Min) + " to " + write(f.Range.Max)
	case f.PatternHint != "":
		return f.PatternHint
	case f.MaxItems > 0:
		return fmt.Sprintf("at most %d entries", f.MaxItems)
	}
	return ""
}

// Example returns a document with every member in it. What has to be given is given; the rest stands behind #, with what
// it is for above it. Without those # it is valid too.
func Example() []byte {
	var b bytes.Buffer
	docs := map[string]string{}
	for _, s := range Sections() {
		docs[s.Path] = s.Doc
	}
	b.WriteString("# A NodeConfig for a Windows container instance of Amazon ECS.\n# Remove the # in front of a member to give it.\n\n")
	comment := func(indent, text string) {
		for _, line := range wrap(text, 100-len(indent)) {
			fmt.Fprintf(&b, "%s# %s\n", indent, line)
		}
	}
	head := func(depth int, section string) {
		indent := strings.Repeat("  ", depth)
		b.WriteByte('\n')
		comment(indent, strings.ReplaceAll(docs[section], "`", ""))
		fmt.Fprintf(&b, "%s%s:\n", indent, base(section))
	}
	var open []string
	for _, f := range Fields() {
		open = openSections(open, parent(f.Path), head)
		indent := strings.Repeat("  ", len(open))
		comment(indent, exampleDoc(f))
		mark := "#"
		if f.Required {
			mark = ""
		}
		fmt.Fprintf(&b, "%s%s%s: %s\n", indent, mark, base(f.Path), f.Example)
	}
	return b.Bytes()
}

func exampleDoc(f Field) string {
	doc := strings.ReplaceAll(f.Doc, "`", "")
	if bounds := f.bounds(); bounds != "" {
		doc += " " + upperFirst(bounds) + "."
	}
	if f.Required {
		return doc
	}
	if value := yamlText(f.Default); value != "''" && value != "[]" && value != "{}" {
		doc += " Default: " + value + "."
	}
	return doc
}

// wrap breaks a text into lines of at most width bytes, where its words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// Markdown returns the reference of the document.
func Markdown() string {
	var b strings.Builder
	b.WriteString(markdownHead)
	writeTable(&b, "")
	for _, s := range Sections() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", s.Path, s.Doc)
		writeTable(&b, s.Path)
	}
	return b.String()
}

const markdownHead = `# Node configuration

The NodeConfig document says what a Windows container instance is to be. The data source ` + "`ecswin_user_data`" + ` writes it
into user data, where ` + "`ecswin-bootstrap`" + ` reads it. It is YAML or JSON, at most 16 KB.

- An unknown member, a duplicate, a value out of bounds is an error, with line and column. Anchors, aliases and tags are not read.
- Durations have a unit: ` + "`90s`, `5m`, `1h30m`" + `. Booleans are ` + "`true` and `false`" + ` only. A word that YAML 1.1 takes for a boolean (` + "`no`, `on`" + `) needs quotes.
- A document holds no secret: every process on the instance can read user data. Where the table says *reference*, write
  ` + "`ssm:/name`, `secretsmanager:name` or `secretsmanager:name#key`" + `.
- *Variable* is the environment variable of the ECS agent that the member stands for. It is written when the member is given; one marked
  with an asterisk always is.

`

func writeTable(b *strings.Builder, path string) {
	b.WriteString("| Member | Type | Default | Allowed | Variable | Meaning |\n|---|---|---|---|---|---|\n")
	defaults := Default()
	for _, r := range rows() {
		if parent(r.Path) != path {
			continue
		}
		kind := r.Type.String()
		if r.Reference {
			kind += ", or *reference*"
		}
		value := "required"
		if !r.Required {
			value = code(yamlText(load(r.at(defaults))))
		}
		variable := code(r.Variable)
		if r.always {
			variable += " *"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n", base(r.Path), kind, value, cell(r.bounds()), variable, cell(r.Doc))
	}
}

// code puts a value into code marks, an empty one into nothing.
func code(value string) string {
	if value == "" || value == "''" || value == "[]" || value == "{}" {
		return ""
	}
	return "`" + cell(value) + "`"
}

func cell(s string) string {
	return strings.ReplaceAll(s, "|", `\|`)
}
