package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const role = "arn:aws:iam::111122223333:role/deploy"

func at(path, summary, detail string) string {
	return "at " + path + "\nERROR: " + summary + "\n" + detail
}

func unable(argument, rule string) string {
	path := `AttributeName("` + strings.ReplaceAll(strings.ReplaceAll(argument, "[0].", `").ElementKeyInt(0).AttributeName("`), "[0]", `").ElementKeyInt(0`) + `")`
	return at(path, "Unable to use "+argument, "The value must be "+rule+".")
}

// TestValidate has one wrong thing a row, and the one diagnostic for it.
func TestValidate(t *testing.T) {
	t.Parallel()
	const secret = "not-to-be-shown"
	assume := func(o object) object {
		if o["role_arn"] == nil {
			o["role_arn"] = role
		}
		return object{"assume_role": list{o}}
	}
	web := func(o object) object {
		o["role_arn"] = role
		return object{"assume_role_with_web_identity": list{o}}
	}
	const urlRule = "a URL with http:// or https:// and a host, such as https://ecs.eu-central-1.amazonaws.com"
	const proxyRule = "the URL of a proxy, with http://, https:// or socks5:// and a host, such as http://proxy.example.com:3128"
	tests := map[string]struct {
		config object
		want   string
	}{
		"region": {
			object{"region": "eu-central"},
			at(`AttributeName("region")`, "Unable to use region",
				`"eu-central" does not look like a Region, such as eu-central-1 or us-gov-west-1. If it is one all the same, set skip_region_validation = true.`),
		},
		"sts_region": {
			object{"sts_region": "nowhere"},
			at(`AttributeName("sts_region")`, "Unable to use sts_region",
				`"nowhere" does not look like a Region, such as eu-central-1 or us-gov-west-1. If it is one all the same, set skip_region_validation = true.`),
		},
		"access_key alone": {
			object{"access_key": secret},
			at(`AttributeName("access_key")`, "Invalid Attribute Combination", `Attribute "secret_key" must be specified when "access_key" is specified`),
		},
		"secret_key alone": {
			object{"secret_key": secret},
			at(`AttributeName("secret_key")`, "Invalid Attribute Combination", `Attribute "access_key" must be specified when "secret_key" is specified`),
		},
		"token alone": {
			object{"token": secret},
			at(`AttributeName("token")`, "Invalid Attribute Combination", `Attribute "access_key" must be specified when "token" is specified`),
		},
		"access_key and profile": {
			object{"access_key": secret, "secret_key": secret, "profile": "dev"},
			"at AttributeName(\"profile\")\nWARNING: Credentials of the profile are not used\n" +
				"Both access_key and profile are given. The keys win; the profile still gives other settings, such as the Region. Remove one of the two.",
		},
		"access_key and web identity": {
			object{"access_key": secret, "secret_key": secret, "assume_role_with_web_identity": list{object{"role_arn": role, "web_identity_token": secret}}},
			at(`AttributeName("access_key")`, "Unable to use access_key",
				"access_key and assume_role_with_web_identity are both given, and the web identity replaces other credentials. Remove one of the two."),
		},
		"allowed and forbidden accounts": {
			object{"allowed_account_ids": list{"111122223333"}, "forbidden_account_ids": list{"444455556666"}},
			at(`AttributeName("allowed_account_ids")`, "Invalid Attribute Combination", `Attribute "forbidden_account_ids" cannot be specified when "allowed_account_ids" is specified`),
		},
		"account id": {
			object{"allowed_account_ids": list{"123"}},
			at(`AttributeName("allowed_account_ids").ElementKeyValue(tftypes.String<"123">)`, "Unable to use an element of allowed_account_ids",
				"The value must be an account id of 12 digits, in quotes."),
		},
		"account not to be asked for": {
			object{"forbidden_account_ids": list{"111122223333"}, "skip_requesting_account_id": true},
			at(`AttributeName("skip_requesting_account_id")`, "Unable to use skip_requesting_account_id",
				"allowed_account_ids and forbidden_account_ids can only be checked when the provider may ask for the account id. Remove one of the two."),
		},
		"retry_mode": {
			object{"retry_mode": "legacy"},
			at(`AttributeName("retry_mode")`, "Invalid Attribute Value Match", `Attribute retry_mode value must be one of: ["standard" "adaptive"], got: "legacy"`),
		},
		"max_retries": {
			object{"max_retries": -1},
			at(`AttributeName("max_retries")`, "Invalid Attribute Value", `Attribute max_retries value must be between 0 and 1000, got: -1`),
		},
		"http_proxy":  {object{"http_proxy": secret + ":3128"}, unable("http_proxy", proxyRule)},
		"https_proxy": {object{"https_proxy": "http://"}, unable("https_proxy", proxyRule)},
		"metadata endpoint": {
			object{"ec2_metadata_service_endpoint": "169.254.169.254"}, unable("ec2_metadata_service_endpoint", urlRule),
		},
		"metadata mode": {
			object{"ec2_metadata_service_endpoint_mode": "ipv5"},
			at(`AttributeName("ec2_metadata_service_endpoint_mode")`, "Invalid Attribute Value Match",
				`Attribute ec2_metadata_service_endpoint_mode value must be one of: ["IPv4" "IPv6"], got: "ipv5"`),
		},
		"endpoint": {object{"endpoints": list{object{"ecs": "localhost:4566"}}}, unable("endpoints[0].ecs", urlRule)},
		"endpoint and FIPS": {
			object{"endpoints": list{object{"sts": "http://localhost:4566"}}, "use_fips_endpoint": true},
			at(`AttributeName("use_fips_endpoint")`, "Unable to use use_fips_endpoint",
				"An address in the endpoints block is used as it is, so no FIPS or dual-stack variant of it can be chosen. Remove one of the two."),
		},
		"endpoint and dual stack": {
			object{"endpoints": list{object{"ecs": "http://localhost:4566"}}, "use_dualstack_endpoint": true},
			at(`AttributeName("use_dualstack_endpoint")`, "Unable to use use_dualstack_endpoint",
				"An address in the endpoints block is used as it is, so no FIPS or dual-stack variant of it can be chosen. Remove one of the two."),
		},
		"role": {
			assume(object{"role_arn": "arn:aws:iam::111122223333:user/deploy"}),
			unable("assume_role[0].role_arn", "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy"),
		},
		"short duration":   {assume(object{"duration": "14m59s"}), unable("assume_role[0].duration", "a duration from 15m to 12h, such as 1h30m")},
		"long duration":    {web(object{"web_identity_token": secret, "duration": "12h1s"}), unable("assume_role_with_web_identity[0].duration", "a duration from 15m to 12h, such as 1h30m")},
		"no duration":      {assume(object{"duration": "3600"}), unable("assume_role[0].duration", "a duration from 15m to 12h, such as 1h30m")},
		"session name":     {assume(object{"session_name": "a b"}), unable("assume_role[0].session_name", "2 to 64 letters, digits and _ + = , . @ -")},
		"source identity":  {assume(object{"source_identity": "x"}), unable("assume_role[0].source_identity", "2 to 64 letters, digits and _ + = , . @ -")},
		"external id":      {assume(object{"external_id": strings.Repeat("x", 1225)}), unable("assume_role[0].external_id", "2 to 1224 letters, digits and _ + = , . @ : / -")},
		"policy":           {assume(object{"policy": "null"}), unable("assume_role[0].policy", "a JSON object")},
		"both web tokens":  {web(object{"web_identity_token": secret, "web_identity_token_file": "f"}), webTokens("web_identity_token and web_identity_token_file are both given. Remove one of the two.")},
		"no web token":     {web(object{}), webTokens("There is no token. Give web_identity_token, or web_identity_token_file with the path of its file.")},
		"default tag":      {object{"default_tags": list{object{"tags": object{"aws:x": "y"}}}}, at(`AttributeName("default_tags").ElementKeyInt(0).AttributeName("tags").ElementKeyString("aws:x")`, "Unable to use tag key", `The key "aws:x" begins with aws:, which AWS keeps for itself in any case of letters. Choose another key.`)},
		"two tags blocks":  {object{"default_tags": list{object{}, object{}}}, at(`AttributeName("default_tags")`, "Invalid Attribute Value", `Attribute default_tags list must contain at most 1 elements, got: 2`)},
		"empty key prefix": {object{"ignore_tags": list{object{"key_prefixes": list{""}}}}, at(`AttributeName("ignore_tags").ElementKeyInt(0).AttributeName("key_prefixes").ElementKeyValue(tftypes.String<"">)`, "Unable to use an element of ignore_tags[0].key_prefixes", "The value must be a text that is not empty.")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newServer(t).validate(t, tt.config)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(got, secret) {
				t.Error("the diagnostic shows the value")
			}
		})
	}
}

func webTokens(detail string) string {
	return at(`AttributeName("assume_role_with_web_identity").ElementKeyInt(0).AttributeName("web_identity_token")`, "Unable to use assume_role_with_web_identity", detail)
}

func TestValidateAcceptsWhatIsRight(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]object{
		"nothing": {},
		"much": {
			"region": "us-gov-west-1", "profile": "dev", "retry_mode": "adaptive", "max_retries": 0,
			"shared_config_files": list{"~/.aws/config"}, "allowed_account_ids": list{"012345678901"},
			"http_proxy": "http://user:pw@proxy.example.com:3128", "https_proxy": "", "custom_ca_bundle": "/not/here.pem",
			"assume_role": list{
				object{
					"role_arn": "arn:aws-cn:iam::111122223333:role/path/first", "duration": "12h", "policy": "{}", "external_id": strings.Repeat("x", 1224),
					"policy_arns": list{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, "tags": object{"a": "b"}, "transitive_tag_keys": list{"a"},
				},
				object{"role_arn": "arn:aws-us-gov:iam::111122223333:role/second", "duration": "15m"},
			},
			"endpoints": list{object{"ecs": "https://vpce.example.com/path", "sts": "http://127.0.0.1:4566"}}, "strict": true,
			"default_tags": list{object{"tags": object{"team": "web"}}},
			"ignore_tags":  list{object{"keys": list{"patched"}, "key_prefixes": list{"k8s/"}}},
		},
		"odd region": {"region": "mars", "skip_region_validation": true},
		"unknown": {
			"region": unknown{}, "access_key": unknown{}, "secret_key": unknown{}, "max_retries": unknown{}, "allowed_account_ids": unknown{},
			"assume_role": unknown{}, "endpoints": list{object{"ecs": unknown{}}}, "default_tags": list{object{"tags": unknown{}}},
			"assume_role_with_web_identity": list{object{"role_arn": unknown{}, "web_identity_token": unknown{}}}, "http_proxy": unknown{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := newServer(t).validate(t, config); got != "" {
				t.Error(got)
			}
		})
	}
}
