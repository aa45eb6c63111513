package userdata

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// fixed tells which members every document has the same: the provider writes them.
func fixed(path string) bool {
	return path == "apiVersion" || path == "kind"
}

// dataSourceSchema is the document's table in Terraform's terms, and what user data has beside the document. A section is a
// block: in a nested attribute Terraform drops a misspelt member without a word, and an error in it points to the whole.
func dataSourceSchema() schema.Schema {
	attributes := members("")
	attributes["form"] = schema.StringAttribute{
		Optional: true, Validators: []validator.String{stringvalidator.OneOf(words(userdata.Forms())...)},
		MarkdownDescription: "How the user data is written. `script`: a batch script, which starts no PowerShell. `powershell`. `yaml`: a task for EC2Launch v2, " +
			"the only form after which EC2Launch reboots and comes back. `document`: the document alone, for an AMI in which the service of `ecswin-bootstrap` is installed. Default `script`.",
	}
	attributes["launch_agent"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf(words(userdata.LaunchAgents())...)},
		MarkdownDescription: "The launch agent of the AMI, `ec2launch-v1` or `ec2launch-v2`. Default: that of AWS's ECS-optimized AMI of `operating_system_family`, " +
			"which is `ec2launch-v1` for Windows Server 2016 and 2019.",
	}
	attributes["operating_system_family"] = schema.StringAttribute{
		Optional: true, Validators: []validator.String{stringvalidator.OneOf(userdata.OperatingSystemFamilies()...)},
		MarkdownDescription: "The AMI's Windows, such as `WINDOWS_SERVER_2022_CORE`. Not given: Windows Server 2022 or later.",
	}
	attributes["persist"] = schema.BoolAttribute{
		Optional:            true,
		MarkdownDescription: "Run the user data at every boot, not at the first alone. With `boot_path` the service of `ecswin-bootstrap` does at every boot what is needed. Default `false`.",
	}
	attributes["user_data"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The user data, for `user_data` of an instance."}
	attributes["user_data_base64"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The same in base64, for `user_data` of a launch template."}
	attributes["document"] = schema.StringAttribute{Computed: true, MarkdownDescription: "The NodeConfig document in its canonical form, in YAML."}
	attributes["size"] = schema.Int64Attribute{Computed: true, MarkdownDescription: fmt.Sprintf("Size of the user data in bytes, before base64. EC2 takes %d.", userdata.MaxSize)}
	return schema.Schema{
		MarkdownDescription: "Writes the user data with which a Windows instance joins a cluster: a NodeConfig document, checked as the instance will check it, and the few lines that start `ecswin-bootstrap`. " +
			"It calls AWS for nothing. A misspelt member, a value out of bounds and what the launch agent could not run are errors of the plan.\n\nThe document holds no secret: every process on the instance can read user data. " +
			"The proxies and `agent.environment` take references instead, `ssm:/name` or `secretsmanager:name`. " +
			"Durations are strings such as `90s`, `5m` or `1h30m`.\n\nA download from `s3://` is not signed: the bucket's policy has to allow the VPC endpoint, by `aws:sourceVpce`.",
		Attributes: attributes,
		Blocks:     sections(""),
	}
}

// words are strings of another name as plain ones.
func words[T ~string](values []T) []string {
	plain := make([]string, len(values))
	for i, v := range values {
		plain[i] = string(v)
	}
	return plain
}

// members are the attributes of a section, or of the document for "".
func members(section string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, f := range nodeconfig.Fields() {
		if in, name := cut(f.Path); in == section && !fixed(f.Path) {
			attributes[name] = attribute(f)
		}
	}
	return attributes
}

// sections are the blocks of a section, or of the document for "".
func sections(section string) map[string]schema.Block {
	blocks := map[string]schema.Block{}
	for _, s := range nodeconfig.Sections() {
		if in, name := cut(s.Path); in == section {
			blocks[name] = schema.SingleNestedBlock{Attributes: members(s.Path), Blocks: sections(s.Path), MarkdownDescription: s.Doc}
		}
	}
	return blocks
}

// cut parts a path into the section and the name in it.
func cut(path string) (section, name string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

func attribute(f nodeconfig.Field) schema.Attribute {
	doc := describe(f)
	switch f.Type {
	case nodeconfig.TypeBool:
		return schema.BoolAttribute{Required: f.Required, Optional: !f.Required, MarkdownDescription: doc}
	case nodeconfig.TypeInt:
		return schema.Int64Attribute{Required: f.Required, Optional: !f.Required, MarkdownDescription: doc}
	case nodeconfig.TypeStrings:
		return schema.ListAttribute{Required: f.Required, Optional: !f.Required, ElementType: types.StringType, MarkdownDescription: doc}
	case nodeconfig.TypeInts:
		return schema.ListAttribute{Required: f.Required, Optional: !f.Required, ElementType: types.Int64Type, MarkdownDescription: doc}
	case nodeconfig.TypeMap:
		return schema.MapAttribute{Required: f.Required, Optional: !f.Required, ElementType: types.StringType, MarkdownDescription: doc}
	case nodeconfig.TypeString, nodeconfig.TypeDuration:
	}
	return schema.StringAttribute{Required: f.Required, Optional: !f.Required, MarkdownDescription: doc}
}

// describe adds to a member's description what its value may be.
func describe(f nodeconfig.Field) string {
	doc := f.Doc
	if f.Type == nodeconfig.TypeDuration {
		doc += " A duration."
	}
	switch {
	case len(f.Enum) > 0:
		doc += " One of `" + strings.Join(f.Enum, "`, `") + "`."
	case f.Range != nil && f.Range.Max == nodeconfig.Unbounded:
		doc += " At least " + bound(f, f.Range.Min) + "."
	case f.Range != nil:
		doc += " " + bound(f, f.Range.Min) + " to " + bound(f, f.Range.Max) + "."
	case f.PatternHint != "":
		doc += " " + strings.ToUpper(f.PatternHint[:1]) + f.PatternHint[1:] + "."
	case f.MaxItems > 0:
		doc += fmt.Sprintf(" At most %d.", f.MaxItems)
	}
	if f.Reference {
		doc += " Takes references."
	}
	if value := defaultOf(f); value != "" {
		doc += " Default " + value + "."
	}
	return doc
}

func bound(f nodeconfig.Field, n int64) string {
	if f.Type == nodeconfig.TypeDuration {
		return nodeconfig.FormatDuration(time.Duration(n))
	}
	return strconv.FormatInt(n, 10)
}

// defaultOf is the default as a reader sees it, or "" where there is none to speak of.
func defaultOf(f nodeconfig.Field) string {
	switch value := f.Default.(type) {
	case string:
		if value != "" && !f.Required {
			return "`" + value + "`"
		}
	case bool, int:
		return fmt.Sprintf("`%v`", value)
	case time.Duration:
		return "`" + nodeconfig.FormatDuration(value) + "`"
	case []string:
		if len(value) > 0 {
			return "`" + strings.Join(value, "`, `") + "`"
		}
	case []int:
		items := make([]string, len(value))
		for i, n := range value {
			items[i] = strconv.Itoa(n)
		}
		return strings.Join(items, ", ")
	}
	return ""
}
