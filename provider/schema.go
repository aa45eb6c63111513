package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// providerSchema has the names, and blocks where it has blocks, of the
// provider hashicorp/aws, so that a configuration can be copied over.
func providerSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Windows containers on Amazon ECS in `awsvpc` mode. " +
			"The arguments are those that users of the `hashicorp/aws` provider know; all are optional where the environment or the shared AWS files have the answer.",
		Attributes: attributes(),
		Blocks: map[string]schema.Block{
			"assume_role":                   assumeRoleBlock(),
			"assume_role_with_web_identity": webIdentityBlock(),
			"endpoints":                     endpointsBlock(),
			"default_tags":                  defaultTagsBlock(),
			"ignore_tags":                   ignoreTagsBlock(),
		},
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"region": text("The Region to work in, such as `eu-central-1`. Also from `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile."),
		"profile": text("The profile in the shared files to take credentials and settings from. Also from `AWS_PROFILE`.",
			stringvalidator.LengthAtLeast(1)),
		"access_key": secret("The access key id. Better kept in the environment (`AWS_ACCESS_KEY_ID`) or in a profile. Needs `secret_key`.",
			stringvalidator.LengthAtLeast(1), stringvalidator.AlsoRequires(path.MatchRoot("secret_key"))),
		"secret_key": secret("The secret access key. Also from `AWS_SECRET_ACCESS_KEY`. Needs `access_key`.",
			stringvalidator.LengthAtLeast(1), stringvalidator.AlsoRequires(path.MatchRoot("access_key"))),
		"token": secret("The session token of temporary credentials. Also from `AWS_SESSION_TOKEN`. Needs `access_key`.",
			stringvalidator.AlsoRequires(path.MatchRoot("access_key"))),
		"shared_config_files":      paths("Paths of shared config files, instead of `~/.aws/config` or `AWS_CONFIG_FILE`. Later ones win."),
		"shared_credentials_files": paths("Paths of shared credentials files, instead of `~/.aws/credentials` or `AWS_SHARED_CREDENTIALS_FILE`. Later ones win."),

		"allowed_account_ids": accountIDs("The only accounts to work in: with credentials of another one the provider refuses.",
			setvalidator.ConflictsWith(path.MatchRoot("forbidden_account_ids"))),
		"forbidden_account_ids": accountIDs("Accounts never to work in. Cannot be given with `allowed_account_ids`."),
		"skip_credentials_validation": flag("Do not ask STS at the start whose the credentials are. " +
			"It is still asked if `allowed_account_ids` or `forbidden_account_ids` is given."),
		"skip_requesting_account_id": flag("Accepted as in `hashicorp/aws`. This provider asks for the account id only together with the validation of credentials, " +
			"and otherwise reads it from ARNs; to keep it from asking STS at all, set `skip_credentials_validation`."),
		"skip_region_validation": flag("Accept a `region` of any shape."),

		"retry_mode": text("How calls are repeated after throttling and faults: `standard` or `adaptive`, which also slows down new calls. Also from `AWS_RETRY_MODE`. Default `standard`.",
			stringvalidator.OneOf("standard", "adaptive")),
		"max_retries": schema.Int64Attribute{
			Optional: true,
			MarkdownDescription: "How often a call is repeated at most after throttling and faults; 0 means never. Also from `AWS_MAX_ATTEMPTS`, which counts the first call too. Default 24. " +
				"An address that does not exist or refuses connections is tried 3 times at most.",
			Validators: []validator.Int64{int64validator.Between(0, 1000)},
		},

		"http_proxy":       secret("The URL of a proxy for HTTP. Also from `HTTP_PROXY`. An empty string means none.", proxyURL()),
		"https_proxy":      secret("The URL of a proxy for HTTPS, which AWS's own endpoints speak. Also from `HTTPS_PROXY`. An empty string means none.", proxyURL()),
		"no_proxy":         text("Hosts that are reached without a proxy, separated by commas. Also from `NO_PROXY`."),
		"custom_ca_bundle": text("The path of a PEM file with the certificate authorities to trust instead of the system's. Also from `AWS_CA_BUNDLE`.", stringvalidator.LengthAtLeast(1)),
		"use_fips_endpoint": flag("Use endpoints with FIPS-validated cryptography. Also from `AWS_USE_FIPS_ENDPOINT`. " +
			"Cannot be given with an address in `endpoints`."),
		"use_dualstack_endpoint": flag("Use endpoints that have IPv6 as well. Also from `AWS_USE_DUALSTACK_ENDPOINT`. " +
			"Cannot be given with an address in `endpoints`."),
		"sts_region":              text("The Region of calls to STS, where it is not `region`."),
		"skip_metadata_api_check": flag("Do not look for credentials at the EC2 instance metadata service. Also from `AWS_EC2_METADATA_DISABLED`."),
		"ec2_metadata_service_endpoint": text("The URL of the EC2 instance metadata service. Also from `AWS_EC2_METADATA_SERVICE_ENDPOINT`.",
			httpURL()),
		"ec2_metadata_service_endpoint_mode": text("The address family of the EC2 instance metadata service: `IPv4` or `IPv6`. Also from `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.",
			stringvalidator.OneOf("IPv4", "IPv6")),

		"strict": flag("Make errors of the warnings about task definitions, such as a field that Windows ignores. Default false."),
	}
}

func assumeRoleBlock() schema.Block {
	attributes := roleAttributes()
	attributes["external_id"] = text("The external id that the role's trust policy asks for.",
		externalID())
	attributes["source_identity"] = text("The source identity to put on the session.",
		matches(`^[\w+=,.@-]{2,64}$`, "2 to 64 letters, digits and _ + = , . @ -"))
	attributes["tags"] = schema.MapAttribute{
		ElementType:         types.StringType,
		Optional:            true,
		MarkdownDescription: "Tags of the session.",
		Validators:          []validator.Map{tags.Validator()},
	}
	attributes["transitive_tag_keys"] = schema.SetAttribute{
		ElementType:         types.StringType,
		Optional:            true,
		MarkdownDescription: "Keys of `tags` that are handed on to roles assumed later.",
	}
	return schema.ListNestedBlock{
		MarkdownDescription: "A role to assume. Several blocks are a chain: each role is assumed with the credentials of the one before.",
		NestedObject:        schema.NestedBlockObject{Attributes: attributes},
	}
}

func webIdentityBlock() schema.Block {
	attributes := roleAttributes()
	attributes["web_identity_token"] = secret("The token of an OpenID Connect or OAuth 2.0 provider.",
		stringvalidator.LengthAtLeast(1))
	attributes["web_identity_token_file"] = text("The path of a file with the token. It is read again whenever the credentials are renewed.",
		stringvalidator.LengthAtLeast(1))
	return schema.ListNestedBlock{
		MarkdownDescription: "A role to assume with a web identity token, instead of other credentials. Roles in `assume_role` are assumed after it.",
		NestedObject:        schema.NestedBlockObject{Attributes: attributes},
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
	}
}

// roleAttributes are what both ways to assume a role have. The patterns are
// those of the STS API reference, AssumeRole.
func roleAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"role_arn": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The ARN of the role, of any partition.",
			Validators:          []validator.String{roleARN()},
		},
		"session_name": text("The name of the session, which CloudTrail shows. Default: made up.",
			matches(`^[\w+=,.@-]{2,64}$`, "2 to 64 letters, digits and _ + = , . @ -")),
		"duration": text("How long the credentials last, from `15m` to `12h`. Default: 15m, then renewed.", roleDuration()),
		"policy":   text("A session policy, as JSON, that narrows the role's permissions.", jsonObject()),
		"policy_arns": schema.SetAttribute{
			ElementType:         types.StringType,
			Optional:            true,
			MarkdownDescription: "ARNs of managed policies that narrow the role's permissions.",
			Validators:          []validator.Set{setvalidator.SizeAtMost(10), setvalidator.ValueStringsAre(policyARN())},
		},
	}
}

func endpointsBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Addresses of services in place of AWS's own, for VPC endpoints and sandboxes. " +
			"Also from `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`.",
		Validators: []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"ecs": text("The URL of Amazon ECS.", httpURL()),
			"ec2": text("The URL of Amazon EC2.", httpURL()),
			"sts": text("The URL of AWS STS.", httpURL()),
		}},
	}
}

func defaultTagsBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Tags for every resource that can have some.",
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"tags": schema.MapAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				MarkdownDescription: "The tags. A resource's own tag of the same key wins.",
				Validators:          []validator.Map{tags.Validator()},
			},
		}},
	}
}

func ignoreTagsBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Tags that others look after: the provider neither shows, sets nor removes them.",
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"keys":         words("Keys of such tags."),
			"key_prefixes": words("Beginnings of the keys of such tags."),
		}},
	}
}

func text(description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

func secret(description string, validators ...validator.String) schema.StringAttribute {
	attribute := text(description, validators...)
	attribute.Sensitive = true
	return attribute
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
}

func paths(description string) schema.ListAttribute {
	return schema.ListAttribute{
		ElementType: types.StringType, Optional: true, MarkdownDescription: description,
		Validators: []validator.List{listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
	}
}

func words(description string) schema.SetAttribute {
	return schema.SetAttribute{
		ElementType: types.StringType, Optional: true, MarkdownDescription: description,
		Validators: []validator.Set{setvalidator.ValueStringsAre(notEmpty())},
	}
}

func accountIDs(description string, validators ...validator.Set) schema.SetAttribute {
	attribute := words(description)
	attribute.Validators = validators
	attribute.Validators = append(attribute.Validators, setvalidator.ValueStringsAre(matches(`^[0-9]{12}$`, "an account id of 12 digits, in quotes")))
	return attribute
}
