package nodeconfig

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// SchemaID names the JSON Schema. It is a name, not an address to fetch.
const SchemaID = "urn:ecswin:nodeconfig:v1"

// durationPattern is what time.ParseDuration takes, without a sign.
const durationPattern = `^(0|([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+)$`

// object is a JSON object under construction.
type object = map[string]any

// Schema returns the JSON Schema of the document, draft 2020-12. What it rejects, Parse rejects, but for null and the empty
// string, which are as good as a member left out, and for durations such as .5h. Bounds of durations and rules between
// members are Parse's alone. Editors use it for completion.
func Schema() []byte {
	root := sectionSchema("", "What a Windows container instance of Amazon ECS is to be.")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = SchemaID
	root["title"] = Kind
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil
	}
	return b.Bytes()
}

func sectionSchema(path, doc string) object {
	properties := object{}
	var required []string
	for _, f := range Fields() {
		if parent(f.Path) != path {
			continue
		}
		properties[base(f.Path)] = fieldSchema(f)
		if f.Required {
			required = append(required, base(f.Path))
		}
	}
	for _, s := range Sections() {
		if parent(s.Path) == path {
			properties[base(s.Path)] = sectionSchema(s.Path, s.Doc)
		}
	}
	schema := object{"type": "object", "description": doc, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func fieldSchema(f Field) object {
	schema := object{"description": plainDoc(f)}
	switch f.Type {
	case TypeBool:
		schema["type"] = "boolean"
	case TypeInt:
		schema["type"] = "integer"
		addRange(schema, f.Range)
	case TypeDuration:
		schema["type"], schema["pattern"] = "string", durationPattern
	case TypeInts:
		item := object{"type": "integer"}
		addRange(item, f.Range)
		schema["type"], schema["items"], schema["uniqueItems"] = "array", item, true
	case TypeStrings:
		item := object{"type": "string"}
		addText(item, f)
		schema["type"], schema["items"], schema["uniqueItems"] = "array", item, true
		if f.MaxItems > 0 {
			schema["maxItems"] = f.MaxItems
		}
	case TypeMap:
		schema["type"], schema["additionalProperties"] = "object", object{"type": "string"}
		if f.MaxItems > 0 {
			schema["maxProperties"] = f.MaxItems
		}
	case TypeString:
		schema["type"] = "string"
		addText(schema, f)
	}
	switch value := f.Default.(type) {
	case time.Duration:
		schema["default"] = FormatDuration(value)
	case string:
		if value != "" && !f.Required {
			schema["default"] = value
		}
	case map[string]string:
	case []string:
		if len(value) > 0 {
			schema["default"] = value
		}
	case []int:
		if len(value) > 0 {
			schema["default"] = value
		}
	default:
		schema["default"] = value
	}
	return schema
}

func addRange(schema object, r *Range) {
	if r == nil {
		return
	}
	schema["minimum"] = r.Min
	if r.Max != Unbounded {
		schema["maximum"] = r.Max
	}
}

func addText(schema object, f Field) {
	if len(f.Enum) > 0 {
		schema["enum"] = f.Enum
	}
	if f.Pattern != "" {
		schema["pattern"] = f.Pattern
	}
}

// plainDoc is a member's description without Markdown, with the bounds that a schema cannot say.
func plainDoc(f Field) string {
	doc := strings.ReplaceAll(f.Doc, "`", "")
	if f.Type == TypeDuration {
		doc += " " + upperFirst(f.bounds()) + "."
	}
	return doc
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
