package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func environmentRules() []Rule {
	return []Rule{{
		ID: "DEF050", Severity: Error,
		Title:  "A name is both an environment variable and a secret",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep the name in secrets or in environment, not in both.",
		Source: secretsGuide,
		check: eachContainer(func(c *container, report reporter) {
			for _, s := range c.Secrets {
				name := value(s.Name)
				if name != "" && slices.ContainsFunc(c.Environment, func(e types.KeyValuePair) bool { return value(e.Name) == name }) {
					report(c.at("secrets").Key(name), "Container %q has the name in environment too.", c.name())
				}
			}
		}),
	}, {
		ID: "DEF052", Severity: Error,
		Title:  "A secret's origin is malformed",
		Effect: "The ECS API rejects the definition, or the task stops because the secret cannot be read.",
		Remedy: "Give the ARN of a Secrets Manager secret or of a Systems Manager parameter, or the name of a parameter in the task's Region.",
		Source: apiType("Secret"),
		check: eachContainer(func(c *container, report reporter) {
			for _, s := range c.secrets() {
				if from := value(s.ValueFrom); from != "" && !isSecretOrigin(from) {
					report(s.path.Member("valueFrom"), "It is neither the ARN of a secret or parameter nor the name of a parameter.")
				}
			}
		}),
	}, {
		ID: "DEF053", Severity: Error,
		Title:  "An environment variable or secret has no name",
		Effect: "The ECS API rejects the definition, or Docker refuses to create the container.",
		Remedy: "Give it a name.",
		Source: apiType("KeyValuePair"),
		check: eachContainer(func(c *container, report reporter) {
			for _, v := range c.variables() {
				if v.name == "" && c.d.known(v.path(c).Member("name")) {
					report(v.path(c), "A variable of container %q has an empty name.", c.name())
				}
			}
		}),
	}, {
		ID: "DEF054", Severity: Warning,
		Title:  "An environment variable has a name that the ECS agent sets itself",
		Effect: "Whether the container sees the agent's value or this one is not documented. With the wrong one the AWS SDKs find no credentials or no metadata.",
		Remedy: "Leave the variable to the agent.",
		Source: "Amazon ECS Developer Guide, task metadata endpoint, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html",
		check: eachContainer(func(c *container, report reporter) {
			for _, v := range c.variables() {
				if isSetByAgent(v.name) {
					report(v.path(c), "Container %q sets the variable too.", c.name())
				}
			}
		}),
	}, {
		ID: "DEF055", Severity: Error,
		Title:  "An environment file is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give type s3 and the ARN of an S3 object whose name ends in .env.",
		Source: apiType("EnvironmentFile"),
		check: eachContainer(func(c *container, report reporter) {
			for i, f := range c.EnvironmentFiles {
				at := c.at("environmentFiles").Index(i)
				if isUnlisted(f.Type) {
					report(at.Member("type"), "The type is %q.", f.Type)
				}
				if arn := value(f.Value); arn != "" && !envFilePattern.MatchString(arn) {
					report(at.Member("value"), "An environment file of container %q is not the ARN of an S3 object that ends in .env.", c.name())
				}
			}
		}),
	}, {
		ID: "DEF056", Severity: Error,
		Title:  "A container has too many environment files",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give a container at most 10 environment files.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if n := len(c.EnvironmentFiles); n > 10 {
				report(c.at("environmentFiles"), "Container %q has %d environment files.", c.name(), n)
			}
		}),
	}, {
		ID: "WIN024", Severity: Warning,
		Title:  "Two environment variables differ only in case",
		Effect: "Windows does not tell the case of variable names apart, so the container sees one of the two. Which one is not documented.",
		Remedy: "Keep one of them.",
		Source: "Microsoft, environment variables, https://learn.microsoft.com/windows/win32/procthread/environment-variables",
		check: eachContainer(func(c *container, report reporter) {
			seen := map[string]string{}
			for _, v := range c.variables() {
				folded := strings.ToUpper(v.name)
				if earlier, ok := seen[folded]; ok && earlier != v.name {
					report(v.path(c), "Container %q has the name in another case too.", c.name())
				}
				seen[folded] = v.name
			}
		}),
	}}
}

// variable is the name of an environment variable, and the member that gives it
// its value.
type variable struct {
	member, name string
}

func (v variable) path(c *container) taskdef.Path {
	return c.at(v.member).Key(v.name)
}

// variables lists what environment and secrets name.
func (c *container) variables() []variable {
	all := make([]variable, 0, len(c.Environment)+len(c.Secrets))
	for _, e := range c.Environment {
		all = append(all, variable{"environment", value(e.Name)})
	}
	for _, s := range c.Secrets {
		all = append(all, variable{"secrets", value(s.Name)})
	}
	return all
}

// secret is a secret of a container or of its log driver, and its place.
type secret struct {
	types.Secret
	path taskdef.Path
}

func (c *container) secrets() []secret {
	var all []secret
	for _, s := range c.Secrets {
		all = append(all, secret{s, c.at("secrets").Key(value(s.Name))})
	}
	for _, s := range value(c.LogConfiguration).SecretOptions {
		all = append(all, secret{s, c.at("logConfiguration").Member("secretOptions").Key(value(s.Name))})
	}
	return all
}

// maxParameterName is the longest name of a Systems Manager parameter.
const maxParameterName = 2048

// The partitions are aws, aws-cn, aws-us-gov, aws-iso, aws-eusc and those to
// come, so every name that begins with aws is one.
var (
	secretPattern    = regexp.MustCompile(`^arn:aws[a-z0-9-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$`)
	parameterPattern = regexp.MustCompile(`^arn:aws[a-z0-9-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+$`)
	parameterName    = regexp.MustCompile(`^[a-zA-Z0-9_./-]+$`)
	envFilePattern   = regexp.MustCompile(`^arn:aws[a-z0-9-]*:s3:::[^/]+/.*\.env$`)
)

// isSecretOrigin reports whether ECS can read a secret from there.
func isSecretOrigin(s string) bool {
	return isSecretARN(s) || len(s) <= maxParameterName && parameterName.MatchString(s)
}

// isSecretARN reports whether s is the ARN of a secret or of a parameter.
func isSecretARN(s string) bool {
	return secretPattern.MatchString(s) || parameterPattern.MatchString(s)
}

func isSetByAgent(name string) bool {
	switch strings.ToUpper(name) {
	case "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_EXECUTION_ENV",
		"ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4", "ECS_AGENT_URI":
		return true
	}
	return false
}
