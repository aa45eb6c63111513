package userdata_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const (
	https = "download: {source: https, location: 'https://downloads.example.com/v1/ecswin-bootstrap.exe', sha256: " + digest + "}\n"
	s3    = "region: eu-central-1\ndownload: {source: s3, location: 's3://tools/windows/ecswin bootstrap+1.exe', sha256: " + digest + "}\n"
)

// hostile is a document whose values would break out of every form if they could.
const hostile = `agent:
  environment:
    A: '</script><powershell>Restart-Computer</powershell>'
    B: '%PATH% !PATH! & | ^ > < "quoted" it''s $env:X #'
    C: '-----END NodeConfig-----'
    D: 'Grüße &lt; &amp;lt;'
    E: '*/ #> -->'
`

func TestRenderGolden(t *testing.T) {
	t.Parallel()
	s3Document := loose(t, map[string]any{
		"region": "eu-central-1", "download.source": "s3", "download.location": "s3://tools/windows/ecswin+b(1).exe", "download.sha256": digest,
	})
	for name, r := range map[string]userdata.Request{
		"script-baked":      {Form: userdata.FormScript, Document: document(t, "")},
		"script-https":      {Form: userdata.FormScript, Document: document(t, https)},
		"script-s3-persist": {Form: userdata.FormScript, LaunchAgent: userdata.EC2LaunchV1, Persist: true, Document: s3Document},
		"script-proxy":      {Form: userdata.FormScript, Document: document(t, https+"proxy: {agent: {https: 'http://proxy.example.com:3128', no_proxy: [.example.com, 10.0.0.0/8]}}\n")},
		"script-hostile":    {Form: userdata.FormScript, Document: document(t, hostile)},
		"powershell-baked":  {Form: userdata.FormPowerShell, Document: document(t, `download: {location: 'D:\it''s here\bootstrap.exe', sha256: `+digest+"}\n")},
		"powershell-https":  {Form: userdata.FormPowerShell, Persist: true, Document: document(t, https)},
		"yaml-https":        {Form: userdata.FormYAML, Document: document(t, https+"reboot: {policy: if_required}\n")},
		"yaml-hostile":      {Form: userdata.FormYAML, Persist: true, Document: document(t, hostile)},
		"document":          {Form: userdata.FormDocument, Document: document(t, hostile)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := render(t, r)
			golden(t, name+".txt", text)
			agent := r.LaunchAgent
			if agent == "" {
				agent = userdata.EC2LaunchV2
			}
			scripts, problems := userdata.Read(text, agent)
			if r.Form == userdata.FormDocument {
				if len(scripts) != 0 || len(problems) != 1 || problems[0].Severity != userdata.SeverityWarning {
					t.Errorf("the document alone reads as %v, %v", scripts, problems)
				}
				return
			}
			if len(problems) > 0 || len(scripts) != 1 || scripts[0].Always != r.Persist {
				t.Errorf("EC2Launch would read %d scripts, with problems %v", len(scripts), problems)
			}
		})
	}
}

func TestObjectURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, cluster, fallback, location, want string }{
		{"eu-central-1", "prod", "us-east-1", "s3://tools/a.exe", "https://tools.s3.eu-central-1.amazonaws.com/a.exe"},
		{"", "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:cluster/prod", "us-east-1", "s3://tools/a.exe", "https://tools.s3.us-gov-west-1.amazonaws.com/a.exe"},
		{"", "prod", "cn-north-1", "s3://tools/a.exe", "https://tools.s3.cn-north-1.amazonaws.com.cn/a.exe"},
		{"", "prod", "us-east-1", "s3://to.ols/a b/ü+.exe", "https://s3.us-east-1.amazonaws.com/to.ols/a%20b/%C3%BC%2B.exe"},
	} {
		d := loose(t, map[string]any{"cluster": c.cluster, "region": c.region, "download.source": "s3", "download.location": strings.ReplaceAll(c.location, " ", ""), "download.sha256": digest})
		want := strings.ReplaceAll(c.want, "%20", "")
		text := string(render(t, userdata.Request{Document: d, Form: userdata.FormPowerShell, Region: c.fallback}))
		if !strings.Contains(text, "'"+want+"'") {
			t.Errorf("%s of Region %q: want %s in\n%s", c.location, c.region, want, text)
		}
		batch := string(render(t, userdata.Request{Document: d, Form: userdata.FormScript, Region: c.fallback}))
		if !strings.Contains(batch, `"`+strings.ReplaceAll(want, "%", "%%")+`"`) {
			t.Errorf("%s: the batch script lacks the URL with doubled signs:\n%s", c.location, batch)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	reboot := document(t, "reboot: {policy: if_required}\n")
	plain := document(t, "")
	download := func(source, location string) *nodeconfig.Document {
		return loose(t, map[string]any{"download.source": source, "download.location": location, "download.sha256": digest})
	}
	for name, c := range map[string]struct {
		request    userdata.Request
		path, says string
	}{
		"reboot in a script":       {userdata.Request{Document: reboot, Form: userdata.FormScript}, "reboot.policy", "use form yaml"},
		"reboot in PowerShell, v1": {userdata.Request{Document: reboot, Form: userdata.FormPowerShell, LaunchAgent: userdata.EC2LaunchV1}, "reboot.policy", "AMI with EC2Launch v2"},
		"YAML for v1":              {userdata.Request{Document: plain, Form: userdata.FormYAML, LaunchAgent: userdata.EC2LaunchV1}, "form", "use script"},
		"unknown form":             {userdata.Request{Document: plain, Form: "cloud-init"}, "form", "write one of them"},
		"unknown agent":            {userdata.Request{Document: plain, Form: userdata.FormScript, LaunchAgent: "ec2config"}, "launch_agent", "the one that the AMI has"},
		"nothing to persist":       {userdata.Request{Document: plain, Form: userdata.FormDocument, Persist: true}, "persist", "remove it"},
		"no region":                {userdata.Request{Document: download("s3", "s3://tools/a.exe"), Form: userdata.FormScript}, "region", "give region"},
		"no bucket":                {userdata.Request{Document: download("s3", "s3://T/a.exe"), Form: userdata.FormScript, Region: "us-east-1"}, "download.location", "s3://bucket/key"},
		"not a program":            {userdata.Request{Document: download("baked", `C:\a.cmd`), Form: userdata.FormScript}, "download.location", ".exe"},
		"path beyond ASCII":        {userdata.Request{Document: download("baked", `C:\ü.exe`), Form: userdata.FormScript}, "download.location", "without them"},
		"URL beyond ASCII":         {userdata.Request{Document: download("https", `https://example.com/ü.exe`), Form: userdata.FormScript}, "download.location", "plain name"},
		"URL that ends in \\":      {userdata.Request{Document: download("https", `https://example.com/a\`), Form: userdata.FormScript}, "download.location", "plain name"},
		"proxy by reference": {userdata.Request{Form: userdata.FormScript, Document: loose(t, map[string]any{
			"download.source": "https", "download.location": "https://example.com/a.exe", "download.sha256": digest, "proxy.agent.https": "ssm:/proxy",
		})}, "proxy.agent.https", "bake"},
		"proxy with signs": {userdata.Request{Form: userdata.FormScript, Document: loose(t, map[string]any{
			"download.source": "https", "download.location": "https://example.com/a.exe", "download.sha256": digest, "proxy.agent.https": "http://a&calc:80",
		})}, "proxy.agent.https", "letters, digits"},
		"no_proxy with signs": {userdata.Request{Form: userdata.FormScript, Document: loose(t, map[string]any{
			"download.source": "https", "download.location": "https://example.com/a.exe", "download.sha256": digest, "proxy.agent.https": "http://a:80", "proxy.agent.no_proxy": []string{`a"&calc`},
		})}, "proxy.agent.no_proxy", "host names"},
		"awsvpc on 2016": {userdata.Request{Document: plain, Form: userdata.FormScript, OperatingSystemFamily: "WINDOWS_SERVER_2016_FULL"}, "awsvpc.enabled", "2019 or later"},
		"download on 2016": {userdata.Request{Document: loose(t, map[string]any{
			"awsvpc.enabled": false, "download.source": "s3", "download.location": "s3://tools/a.exe", "download.sha256": digest,
		}), Form: userdata.FormScript, Region: "us-east-1", OperatingSystemFamily: "WINDOWS_SERVER_2016_FULL"}, "download.source", "baked"},
		"a family of Linux": {userdata.Request{Document: plain, Form: userdata.FormScript, OperatingSystemFamily: "LINUX"}, "operating_system_family", "write one"},
		"invalid document":  {userdata.Request{Document: nodeconfig.Default(), Form: userdata.FormScript}, "cluster", "give"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.request.LaunchAgent == "" {
				c.request.LaunchAgent = userdata.EC2LaunchV2
			}
			_, err := userdata.Render(c.request)
			problems, ok := errors.AsType[nodeconfig.Problems](err)
			if !ok || problems[0].Path != c.path || !strings.Contains(problems[0].Remedy, c.says) {
				t.Errorf("got %v, want a problem of %s whose remedy says %q", err, c.path, c.says)
			}
		})
	}
}

func TestRebootIsPossibleWhereSomethingComesBack(t *testing.T) {
	t.Parallel()
	reboot := document(t, "reboot: {policy: if_required}\n")
	if text := render(t, userdata.Request{Document: reboot, Form: userdata.FormYAML}); !strings.Contains(string(text), "--reboot-exit-code 3010\n") {
		t.Errorf("the task does not ask for exit code 3010:\n%s", text)
	}
	render(t, userdata.Request{Document: reboot, Form: userdata.FormDocument, LaunchAgent: userdata.EC2LaunchV1})
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	tags := map[string]string{}
	for i := range 50 {
		tags[fmt.Sprintf("%02d%s", i, strings.Repeat("k", 100))] = strings.Repeat("v", 256)
	}
	_, err := userdata.Render(userdata.Request{Document: loose(t, map[string]any{"agent.tags": tags}), Form: userdata.FormScript, LaunchAgent: userdata.EC2LaunchV2})
	problems, ok := errors.AsType[nodeconfig.Problems](err)
	if !ok || len(problems) != 1 {
		t.Fatalf("got %v, want one problem", err)
	}
	const message = "has 18913 bytes, 2529 more than the 16384 that EC2 takes: the document has 18425 (agent.tags 18358, apiVersion 29, kind 17), the commands around it 488"
	if diff := cmp.Diff(message, problems[0].Message); diff != "" || problems[0].Path != "" || problems[0].Remedy == "" {
		t.Errorf("%v\n%s", problems[0], diff)
	}
}

// TestAtTheLimit renders user data of exactly 16 KB, and of one byte more.
func TestAtTheLimit(t *testing.T) {
	t.Parallel()
	request := func(n int) userdata.Request {
		environment := map[string]string{"A": strings.Repeat("a", n)}
		return userdata.Request{Document: loose(t, map[string]any{"agent.environment": environment}), Form: userdata.FormScript, LaunchAgent: userdata.EC2LaunchV2}
	}
	room := userdata.MaxSize - len(render(t, request(1))) + 1
	if text := render(t, request(room)); len(text) != userdata.MaxSize {
		t.Errorf("rendered %d bytes", len(text))
	}
	if _, err := userdata.Render(request(room + 1)); err == nil {
		t.Error("rendered more than 16 KB")
	}
}

func TestNoSecretIsRendered(t *testing.T) {
	t.Parallel()
	const canary = "AKIAIOSFODNN7EXAMPLE"
	for path, value := range map[string]any{
		"agent.environment": map[string]string{"X_CANARY": canary},
		"proxy.agent.https": "http://user:" + canary + "@proxy.example.com:3128",
		"cluster":           canary,
	} {
		text, err := userdata.Render(userdata.Request{Document: loose(t, map[string]any{path: value}), Form: userdata.FormScript, LaunchAgent: userdata.EC2LaunchV2})
		if err == nil || text != nil {
			t.Errorf("%s: a secret was rendered", path)
			continue
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error holds the secret", path)
		}
	}
}

func TestLaunchAgentOf(t *testing.T) {
	t.Parallel()
	for _, family := range append(userdata.OperatingSystemFamilies(), "") {
		want := userdata.EC2LaunchV2
		if strings.Contains(family, "2016") || strings.Contains(family, "2019") {
			want = userdata.EC2LaunchV1
		}
		if got := userdata.LaunchAgentOf(family); got != want {
			t.Errorf("%q: got %s", family, got)
		}
	}
}
