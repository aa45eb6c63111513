package nodeconfig

import (
	"strings"
	"testing"
)

// TestNearMisses shows that what comes close to a problem is none.
func TestNearMisses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"awsvpc: {enabled: false}\nagent: {task_iam_role: false}\nhost_proxy: {mode: 'off'}\n",
		"host_proxy: {mode: verify}\n",
		"nat: {repair: auto, subnet: 172.30.0.0/20}\n",
		"domain: {require: true, name: corp.example.com, wait: 0s}\n",
		"trunking: {mode: auto, opt_in: true, experimental_variant: c}\n",
		"trunking: {mode: 'off'}\n",
		"agent: {poll_metrics: true, polling_metrics_wait: 5s}\n",
		"agent: {polling_metrics_wait: 10s}\n",
		"agent_install: {source: ecstools, version: 1.105.1}\ncoexist: yield\n",
		"agent_install: {source: existing, sha256: " + exampleDigest + "}\nagent: {environment_scope: service}\n",
		"timeouts: {total: 1m}\n",
		"timeouts: {total: 1m, docker: 60s}\n",
		"signal: {auto_scaling: {hook: launch}, cloudformation: {stack: nodes, resource: Nodes}}\n",
		"signal: {cloudformation: {stack: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/a/b', resource: Nodes}}\n",
		"drain: {terminate_hook: terminate}\n",
		"boot_path: false\n",
		"download: {location: 'C:\\Program Files\\ecswin\\ecswin-bootstrap.exe'}\n",
		"download: {source: s3, location: 's3://bucket/path/a.exe', sha256: " + exampleDigest + "}\n",
		"proxy: {docker: {http: 'http://proxy:3128', no_proxy: [.example.com, 10.0.0.0/8, '*.b']}}\n",
		"region: us-gov-west-1\n", "region: cn-north-1\n",
		"dns: {servers: [10.0.0.2, 169.254.1.1]}\n",
		"dns: {servers: ['fd00:ec2::253']}\n",
		"awsvpc: {additional_local_routes: [10.0.0.5/32, 10.0.0.0/8]}\n",
		"agent: {environment: {ECS_ALTERNATE_CREDENTIAL_PROFILE: other, HTTP_X: a, ECS_A_VARIABLE_OF_LATER_AGENTS: b}}\n",
		"agent: {environment: {MY_PASSWORD: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-Ab1#key', ECS_ENGINE_AUTH_DATA: ssm:/auth}}\n",
		"agent: {tags: {'Owner': 'team@example.com', k: ''}}\n",
		"agent: {attributes: {'a/b.c': 'x y'}}\n",
		"proxy: {agent: {http: 'http://[fd00::1]:3128', https: 'https://proxy.example.com'}}\n",
		"log: {file: 'D:\\a b\\c.log'}\n",
	} {
		_, err := Parse([]byte(head+text), "node.yaml")
		if wantsRefusal := strings.Contains(text, "169.254.1.1"); (err != nil) != wantsRefusal {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, cluster := range []string{"a", "arn:aws:ecs:eu-central-1:123456789012:cluster/prod", "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/p_1-x", strings.Repeat("a", 255)} {
		parse(t, strings.Replace(head, "prod", cluster, 1))
	}
	for _, cluster := range []string{"'-a'", "'a b'", strings.Repeat("a", 256), "arn:aws:ecs:eu-central-1:123:cluster/prod", "arn:aws:ecs:eu-central-1:123456789012:service/prod", "''"} {
		if found := problems(t, strings.Replace(head, "prod", cluster, 1)); !blames(found, "cluster") {
			t.Errorf("%s: %v", cluster, found)
		}
	}
}

// TestValues tries single values that have to be refused, each at its member.
func TestValues(t *testing.T) {
	t.Parallel()
	for path, values := range map[string][]string{
		"dns.servers":                    {"[10.0.0.256]", "[localhost]", "[0.0.0.0]", "[224.0.0.1]", "['fe80::1']", "['::1']", "['fe80::1%eth0']", "['::ffff:169.254.169.253']", "['']"},
		"awsvpc.additional_local_routes": {"[10.0.0.5]", "[10.0.0.5/33]", "[169.254.170.2/32]"},
		"nat.subnet":                     {"10.0.0.0/29", "10.0.0.1/24", "127.0.0.0/8", "0.0.0.0/4", "fd00::/64"},
		"proxy.agent.http":               {"proxy", "'ftp://proxy'", "'http://proxy:0'", "'http://proxy:99999'", "'http://proxy/path'", "'http://'", "'http://user@proxy'"},
		"agent.backend_host":             {"ecs.example.com", "'https://a/b'", "'https://a?b'"},
		"agent.data_dir":                 {"data", "'C:data'", "'C:\\a\\..\\b'", "'\\\\server\\share'", "'C:\\a|b'"},
		"agent.dynamic_host_port_range":  {"2-1", "0-1", "1-65536", "'1'"},
		"agent.attributes":               {"{db-password: a}", "{api-key: a}", "{'': a}", "{a: ''}", "{a: ' b'}", "{'a b': c}", "{ecs.x: y}"},
		"agent.tags":                     {"{password: b}", "{'aws:x': y}", "{'': y}", "{a: '#'}"},
		"agent.environment":              {"{'a b': c}", "{Path: c}", "{AWS_REGION: c}", "{NO_PROXY: c}", "{no_proxy: c}", "{A: \"b\\nc\"}"},
		"agent_install.sha256":           {"abc"},
		"agent_install.version":          {"latest", "'1.105'"},
		"download.location":              {"relative", "'C:\\a&b'", "'C:\\a%b'"},
		"region":                         {"Frankfurt"},
		"verify.attributes":              {"['a b']"},
		"signal.auto_scaling.hook":       {"'a b'"},
	} {
		for _, value := range values {
			for _, p := range problems(t, head+yamlAt(path, value)) {
				if !blames(Problems{p}, path) || p.Remedy == "" {
					t.Errorf("%s: %s: %v", path, value, p)
				}
			}
		}
	}
}

func TestLooksSecret(t *testing.T) {
	t.Parallel()
	key := "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"
	for value, want := range map[string]bool{
		"AKIAIOSFODNN7EXAMPLE": true, "id=ASIAIOSFODNN7EXAMPLE;": true, "XAKIAIOSFODNN7EXAMPLE": false, "AKIAIOSFODNN7EXAMPL": false,
		key: true, key + "c": false, "a " + key + " b": true, strings.ToLower(key): false, strings.Repeat("a1", 20): false, exampleDigest: false,
		"http://user:word@host": true, "http://token@host": true, "http://host/a@b": false, "mail@example.com": false,
		"-----BEGIN RSA PRIVATE KEY-----": true, "-----BEGIN CERTIFICATE-----": false,
		"ghp_" + strings.Repeat("a", 36): true, "ghp_short": false,
		"Server=a;Password=b;": true, "password": false, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc": true,
		"arn:aws:ecs:eu-central-1:123456789012:cluster/prod": false,
	} {
		if got := looksSecret(value) != ""; got != want {
			t.Errorf("looksSecret(%q) = %t", value, got)
		}
	}
}

func TestParseReference(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]Reference{
		"ssm:/a/b":                   {StoreSSM, "/a/b", ""},
		"ssm:name":                   {StoreSSM, "name", ""},
		"secretsmanager:name#key":    {StoreSecretsManager, "name", "key"},
		"secretsmanager:arn:aws:x:y": {StoreSecretsManager, "arn:aws:x:y", ""},
	} {
		got, err := ParseReference(value)
		if err != nil || got != want || got.String() != value {
			t.Errorf("ParseReference(%q) = %v, %v", value, got, err)
		}
	}
	for _, value := range []string{"", "ssm:", "ssm: a", "s3:a", "secretsmanager:", "secretsmanager:a#", "secretsmanager:#a", "ssm:a#b"} {
		if got, err := ParseReference(value); err == nil {
			t.Errorf("ParseReference(%q) = %v", value, got)
		}
	}
}

// TestTaskDefinition shows what becomes of a user who gives the wrong kind of document.
func TestTaskDefinition(t *testing.T) {
	t.Parallel()
	found := problems(t, `{"family":"canary","networkMode":"awsvpc","platformVersion":"LATEST","containerDefinitions":[{"name":"canary","cpu":1024,"entryPoint":["canary"]}],"cpu":"1024"}`)
	if len(found) != 8 || strings.Contains(found.Render(), "canary") {
		t.Errorf("%d problems:\n%s", len(found), found.Render())
	}
}

// TestClone shows that a clone shares nothing, nor does a document with what it was given.
func TestClone(t *testing.T) {
	t.Parallel()
	tags, ports, hosts := map[string]string{"a": "b"}, []int{80}, []string{"host"}
	set := valid()
	for path, value := range map[string]any{"agent.tags": tags, "agent.reserved_ports": ports, "proxy.agent.no_proxy": hosts} {
		if err := set.Set(path, value, Origin{Source: FromDocument}); err != nil {
			t.Fatal(err)
		}
	}
	tags["a"], ports[0], hosts[0] = "c", 81, "other"
	if set.Agent.Tags["a"] != "b" || set.Agent.ReservedPorts[0] != 80 || set.Proxy.Agent.NoProxy[0] != "host" {
		t.Error("the document changed with what it was given")
	}
	d := parse(t, head+"agent: {attributes: {a: b}, reserved_ports: [80]}\n")
	clone := d.Clone()
	clone.Agent.Attributes["a"], clone.Agent.ReservedPorts[0] = "c", 81
	if err := clone.Set("region", "eu-west-1", Origin{Source: FromMetadata}); err != nil {
		t.Fatal(err)
	}
	if d.Agent.Attributes["a"] != "b" || d.Agent.ReservedPorts[0] != 80 || d.Origin("region").Source != FromDefault {
		t.Error("the clone changed the document")
	}
	if d.Equal(clone) || !d.Equal(d.Clone()) || d.Equal(nil) {
		t.Error("Equal is wrong")
	}
}
