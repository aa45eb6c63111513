package userdata_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const bare = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"

func TestExtractWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	byHand := "<powershell>\r\nWrite-Output 'my own'\r\n  # -----BEGIN NodeConfig-----\r\n  # apiVersion: bootstrap.ecs/v1\r\n  #\r\n  # kind: NodeConfig\r\n  # cluster: prod\r\n  # -----END NodeConfig-----\r\n</powershell>\r\n"
	json := `{"kind": "NodeConfig", "apiVersion": "bootstrap.ecs/v1", "cluster": "prod"}`
	for name, text := range map[string]string{
		"bare YAML":         bare,
		"bare JSON":         json,
		"JSON over lines":   strings.ReplaceAll(json, ", ", ",\n  "),
		"flow YAML":         "{apiVersion: bootstrap.ecs/v1, kind: NodeConfig, cluster: prod}",
		"with a BOM":        "\xef\xbb\xbf" + bare,
		"base64":            base64.StdEncoding.EncodeToString([]byte(bare)),
		"base64 in lines":   strings.Join(chunks(base64.StdEncoding.EncodeToString([]byte(bare)), 20), "\r\n") + "\n",
		"gzip":              string(zipped(bare)),
		"gzip in base64":    base64.StdEncoding.EncodeToString(zipped(bare)),
		"UTF-16":            string(wide(bare)),
		"UTF-16 in base64":  base64.StdEncoding.EncodeToString(wide(bare)),
		"by hand":           byHand,
		"by hand in UTF-16": string(wide(byHand)),
	} {
		d, ok, err := userdata.Parse([]byte(text), "user data")
		if err != nil || !ok || d.Cluster != "prod" {
			t.Errorf("%s: got %v, %v, %v", name, d, ok, err)
		}
	}
}

func chunks(s string, n int) []string {
	var all []string
	for len(s) > n {
		all, s = append(all, s[:n]), s[n:]
	}
	return append(all, s)
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func wide(s string) []byte {
	out := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(s)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

func TestNoNodeConfig(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "\n", "<powershell>\nWrite-Output NodeConfig\n</powershell>", `{"ECSAgentConfiguration": {"Cluster": "prod"}}`,
		"version: 1.1\ntasks:\n  - task: enableOpenSsh\n", "C:/some/path/that/is/not/base64", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "#cloud-config\n", "\xff\xfe", "\xff\xfea",
	} {
		if found, ok, err := userdata.Extract([]byte(text)); ok || err != nil {
			t.Errorf("%q: got %v, %v, %v", text, found, ok, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	framed := "<script>\nrem -----BEGIN NodeConfig-----\nrem " + strings.ReplaceAll(strings.TrimSpace(bare), "\n", "\nrem ") + "\nrem -----END NodeConfig-----\n</script>\n"
	if _, ok, err := userdata.Parse([]byte(framed), "user data"); !ok || err != nil {
		t.Fatalf("the text to break is broken: %v, %v", ok, err)
	}
	for name, c := range map[string]struct {
		text   string
		line   int
		remedy string
	}{
		"no end":             {strings.Replace(framed, "rem -----END NodeConfig-----\n", "", 1), 6, "close it with"},
		"cut off":            {before(framed, "cluster"), 2, "cut off"},
		"cut off at a line":  {before(framed, "\nrem cluster"), 2, "cut off"},
		"misspelt marker":    {strings.Replace(framed, "BEGIN NodeConfig", "Begin NODECONFIG", 1), 2, "write -----BEGIN NodeConfig-----"},
		"fewer dashes":       {strings.Replace(framed, "-----BEGIN NodeConfig-----", "--- BEGIN NodeConfig ---", 1), 2, "write -----BEGIN"},
		"a line without rem": {strings.Replace(framed, "rem kind", "kind", 1), 4, "same signs"},
		"two":                {framed + framed, 9, "remove one"},
		"no markers":         {"<powershell>\n$c = @'\n" + bare + "'@\n</powershell>", 3, "each line of it after a sign of comment"},
		"broken gzip":        {string(zipped(bare)[:30]), 1, "render it again"},
		"nothing but magic":  {"\x1f\x8b", 1, "render it again"},
	} {
		_, ok, err := userdata.Extract([]byte(c.text))
		problems, isProblems := errors.AsType[nodeconfig.Problems](err)
		if !isProblems || problems[0].Position.Line != c.line || !strings.Contains(problems[0].Remedy, c.remedy) {
			t.Errorf("%s: got %v, %v, want a problem in line %d whose remedy says %q", name, ok, err, c.line, c.remedy)
		}
	}
	if _, _, err := userdata.Extract(zipped(strings.Repeat("a", 2<<20))); err == nil {
		t.Error("took gzip that grows without end")
	}
}

// TestPositions shows that a problem of the document leads to its place in the user data.
func TestPositions(t *testing.T) {
	t.Parallel()
	text := "version: 1.1\ntasks: []\n# -----BEGIN NodeConfig-----\n# apiVersion: bootstrap.ecs/v1\n# kind: NodeConfig\n# cluster: prod\n# agent:\n#   log_levl: debug\n# -----END NodeConfig-----\n"
	_, ok, err := userdata.Parse([]byte(text), "imds://user-data")
	if want := "imds://user-data:8:5: agent.log_levl: is not a member of agent; did you mean log_level?"; !ok || err == nil || err.Error() != want {
		t.Errorf("got %v, %v\nwant %s", ok, err, want)
	}
	d, _, err := userdata.Parse([]byte(strings.Replace(text, "levl", "level", 1)), "imds://user-data")
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Origin("agent.log_level").String(); got != "imds://user-data line 8" {
		t.Errorf("log_level comes from %s", got)
	}
}

// pieces are what values are made of that try to break out.
func pieces() []string {
	return []string{
		"<script>", "</script>", "<powershell>", "</powershell>", "<persist>true</persist>", "%PATH%", "%%h", "!x!", "&", "&&", "&lt;", "&amp;", "&amp;lt;", "<", ">", "|", "^", "\"", "'",
		"#", "<#", "#>", "@'", "'@", "`", "$env:X", "rem ", "-----BEGIN NodeConfig-----", "-----END NodeConfig-----", "---", "tasks:", "\\", " ", "ü", "漢", "\u2028", "\u0085", "\ufeff", "a", ":", "- ", "{", "]",
	}
}

func drawText(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces()), 0, 6).Draw(t, label), "")
}

func drawRequest(t *rapid.T) userdata.Request {
	d := nodeconfig.Default()
	d.Cluster = "prod"
	given := nodeconfig.Origin{Source: nodeconfig.FromDocument}
	set := func(path string, value any) {
		if err := d.Set(path, value, given); err != nil {
			t.Fatal(err)
		}
	}
	set("agent.environment", map[string]string{"A": drawText(t, "A"), "B": drawText(t, "B")})
	set("signal.auto_scaling.hook", "launch")
	set("signal.auto_scaling.group", drawText(t, "group"))
	switch rapid.IntRange(0, 2).Draw(t, "source") {
	case 1:
		set("download.source", "https")
		set("download.location", "https://example.com/"+rapid.StringMatching(`[a-z0-9()!$,;=@~*.?#+-]{0,20}`).Draw(t, "url"))
		set("download.sha256", digest)
	case 2:
		set("download.source", "s3")
		set("download.location", "s3://bucket/"+rapid.StringMatching(`[a-z0-9()!$,;=@~*.?#+ü\\-]{1,20}`).Draw(t, "key"))
		set("download.sha256", digest)
	}
	return userdata.Request{
		Document: d, Form: rapid.SampledFrom(userdata.Forms()).Draw(t, "form"), LaunchAgent: userdata.EC2LaunchV2,
		Persist: rapid.Bool().Draw(t, "persist"), Region: "us-east-1",
	}
}

// TestExtractUndoesRender is the property: whatever was rendered, the same document comes out, and EC2Launch sees nothing
// but the script that Render wrote.
func TestExtractUndoesRender(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRequest(t)
		text, err := userdata.Render(r)
		if err != nil {
			t.Skip("not a document that may be rendered")
		}
		found, ok, err := userdata.Extract(text)
		if err != nil || !ok {
			t.Fatalf("Extract: %v, %v of\n%s", ok, err, text)
		}
		if diff := cmp.Diff(string(nodeconfig.Encode(r.Document)), string(found.Document)); diff != "" {
			t.Fatalf("the document changed on its way:\n%s", diff)
		}
		d, _, err := userdata.Parse(text, "user data")
		if err != nil || !d.Equal(r.Document) {
			t.Fatalf("the document means something else now (%v):\n%s", err, text)
		}
		scripts, problems := userdata.Read(text, r.LaunchAgent)
		switch {
		case r.Form == userdata.FormDocument:
			if len(scripts) > 0 {
				t.Fatalf("EC2Launch would run a part of the document:\n%s", text)
			}
		case len(scripts) != 1 || len(problems) > 0 || scripts[0].Always != r.Persist || scripts[0].Detach:
			t.Fatalf("EC2Launch would read %v with problems %v out of\n%s", scripts, problems, text)
		}
	})
}

func FuzzExtract(f *testing.F) {
	for _, seed := range []string{bare, "rem -----BEGIN NodeConfig-----\nrem a\nrem -----END NodeConfig-----", string(zipped(bare)), string(wide(bare)), base64.StdEncoding.EncodeToString([]byte(bare)), "# ---begin node config---", `{"kind":"NodeConfig"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, ok, err := userdata.Extract(data)
		if ok && err == nil && (found.Line < 1 || found.Column < 1) {
			t.Errorf("found at %d:%d", found.Line, found.Column)
		}
		if err != nil {
			if _, typed := errors.AsType[nodeconfig.Problems](err); !typed {
				t.Errorf("error of type %T", err)
			}
		}
		if d, ok, err := userdata.Parse(data, "user data"); ok && err == nil && d == nil {
			t.Error("neither a document nor an error")
		}
	})
}
