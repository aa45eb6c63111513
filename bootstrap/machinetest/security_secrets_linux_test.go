package machinetest_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// canary is in every secret that TestNoSecretComesOut plants.
const canary = "canary-4711"

// knowingAWS resolves the references of the document.
type knowingAWS struct{ *fakes.AWS }

// ServeHTTP implements http.Handler.
func (a knowingAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := map[string]string{
		"AmazonSSM.GetParameter":        `{"Parameter":{"Name":"/prod/proxy","Value":"http://proxyuser:` + canary + `-proxy@127.0.0.1:3128"}}`,
		"secretsmanager.GetSecretValue": `{"Name":"shop","SecretString":"{\"db\":\"Server=db;User=sa;Pass ` + canary + `-db\"}"}`,
	}[r.Header.Get("X-Amz-Target")]
	if answer == "" {
		a.AWS.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = io.WriteString(w, answer)
}

// secretUserData is a document between things that are nobody's business.
func secretUserData() string {
	doc := document("agent:", "  environment: {SHOP_CONNECTION: 'secretsmanager:shop#db'}", "proxy:", "  agent: {https: 'ssm:/prod/proxy'}")
	return "<powershell>\r\n$password = '" + canary + "-above'\r\n# -----BEGIN NodeConfig-----\r\n# " +
		strings.ReplaceAll(strings.TrimSpace(doc), "\n", "\r\n# ") +
		"\r\n# -----END NodeConfig-----\r\n$env:AWS_SECRET_ACCESS_KEY = '" + canary + "-below'\r\n</powershell>\r\n"
}

// TestNoSecretComesOut plants secrets wherever a node has some, runs every command in two forms with the log wide open, and
// looks for them in all that comes out and all that is left behind.
func TestNoSecretComesOut(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled, UserData: secretUserData()})
	n.Serve("127.0.0.1:4567", knowingAWS{n.AWS})
	n.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4567")
	n.IMDS.Set("meta-data/iam/security-credentials/ecsInstanceRole", `{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIASIMULATED",`+
		`"SecretAccessKey":"`+canary+`-key","Token":"`+canary+`-token","LastUpdated":"2026-01-01T00:00:00Z","Expiration":"2099-01-01T00:00:00Z"}`)
	n.Setenv("AWS_SECRET_ACCESS_KEY", canary+"-environment")
	n.Setenv("HTTPS_PROXY", "http://me:"+canary+"-mine@127.0.0.1:3128")
	n.Registry().SetText(winetest.EnvironmentKey, "ECS_ENGINE_AUTH_DATA", `{"https://index.docker.io":{"password":"`+canary+`-auth"}}`)
	n.Registry().SetText(winetest.EnvironmentKey, "HTTPS_PROXY", "http://old:"+canary+"-old@proxy.example.com:3128")
	n.WriteFile(`C:\ProgramData\Amazon\EC2Launch\log\agent.log`, []byte("2026-11-22 05:59:00 Info: user data has AWS_SECRET_ACCESS_KEY="+canary+"-launch\n"))

	var out strings.Builder
	texts := map[string]string{}
	run := func(command string) {
		t.Helper()
		for _, format := range []string{"human", "ndjson"} {
			r := n.run(t, append(strings.Fields(command), "--output", format, "--log-level", "trace")...)
			out.WriteString("$ " + command + "\n" + r.Stdout + r.Stderr)
		}
	}
	for _, command := range []string{"plan", "apply", "verify", "status", "doctor --all", "timeline", "config show"} {
		run(command)
	}
	if !strings.Contains(out.String(), `"joined"`) {
		t.Fatalf("the node did not join:\n%s", out.String())
	}
	left := func(when string) {
		t.Helper()
		for _, folder := range []string{stateFolder, `C:\Program Files\ecswin`} {
			n.texts(t, when, folder, texts)
		}
	}
	left("after apply")
	if seen, _ := n.AgentSeen(); !strings.Contains(seen.Environment["HTTPS_PROXY"], canary+"-proxy") {
		t.Errorf("the agent did not get its proxy: %v", seen.Environment)
	}
	agentLog := agentLogPath(t, n)
	n.WriteFile(agentLog, append(n.ReadFile(agentLog), "level=critical time=2026-11-22T06:00:02Z msg=\"Unable to register: password="+canary+"-log token: '"+canary+"-told'\"\n"...))
	run(`doctor --all --bundle C:\bundle.zip`)
	run("reset --yes")

	left("after the reset")
	texts["what was printed"], texts["the bundle"] = out.String(), unzipped(t, n.ReadFile(`C:\bundle.zip`))
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if strings.Contains(line, canary) {
				t.Errorf("%s has a secret: %s", name, line)
			}
		}
	}
}

// agentLogPath is where the agent writes its log, as it was told.
func agentLogPath(t *testing.T, n *node) string {
	t.Helper()
	seen, _ := n.AgentSeen()
	name := seen.Environment["ECS_LOGFILE"]
	if name == "" || !n.Exists(name) {
		t.Fatalf("the agent has no log at %q", name)
	}
	return name
}

// texts adds the files below a folder of the machine.
func (n *node) texts(t *testing.T, when, folder string, to map[string]string) {
	t.Helper()
	err := filepath.WalkDir(n.Path(folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		to[when+" "+folder+`\`+d.Name()] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unzipped is everything in an archive.
func unzipped(t *testing.T, content []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name + "\n" + string(text) + "\n")
	}
	return all.String()
}
