package ec2launch_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const (
	location = "https://downloads.example.com/v1/ecswin-bootstrap.exe"
	program  = "MZ the program"
	folder   = `C:\Program Files\ecswin\`
)

func digest() string {
	sum := sha256.Sum256([]byte(program))
	return hex.EncodeToString(sum[:])
}

// machine is a Windows with curl, certutil and whatever programs lie on its disk.
type machine struct {
	files       map[string]string // by path in lower case
	folders     map[string]bool
	environment map[string]string
	language    ec2launch.Language
	web         map[string]ec2launch.Response
	down        int      // how many requests fail before the web answers
	requests    []string // URL, and the proxy
	applied     [][]string
	exitCodes   []int // of the program, one a run; 0 afterwards
	broken      error // what every start of a program fails with
}

func newMachine() *machine {
	return &machine{
		files:    map[string]string{`c:\windows\system32\curl.exe`: "curl", `c:\windows\system32\certutil.exe`: "certutil"},
		folders:  map[string]bool{},
		language: ec2launch.English(),
		environment: map[string]string{
			"SystemRoot": `C:\Windows`, "ProgramFiles": `C:\Program Files`,
			// What a machine may have by the names that scripts use, to their harm.
			"verified": "yes", "program": `C:\evil.exe`, "folder": `C:\evil`,
		},
		web: map[string]ec2launch.Response{location: {Status: 200, Body: []byte(program)}},
	}
}

func (m *machine) Getenv(name string) string { return m.environment[name] }

func (m *machine) Exists(_ context.Context, path string) (bool, error) {
	path = strings.ToLower(path)
	_, isFile := m.files[path]
	return isFile || m.folders[path], nil
}

func (m *machine) MakeFolder(_ context.Context, path string) error {
	if m.folders[strings.ToLower(path)] {
		return errors.New("the folder exists")
	}
	m.folders[strings.ToLower(path)] = true
	return nil
}

func (m *machine) RemoveFolder(_ context.Context, path string) error {
	path = strings.ToLower(path)
	delete(m.folders, path)
	for file := range m.files {
		if strings.HasPrefix(file, path+`\`) {
			delete(m.files, file)
		}
	}
	return nil
}

func (m *machine) Run(ctx context.Context, path string, arguments []string) (ec2launch.Result, error) {
	if m.broken != nil {
		return ec2launch.Result{}, m.broken
	}
	content, ok := m.files[strings.ToLower(path)]
	if !ok {
		return ec2launch.Result{}, ec2launch.ErrNotFound
	}
	switch content {
	case "curl":
		return ec2launch.Curl(ctx, arguments, m, m.write), nil
	case "certutil":
		return ec2launch.Certutil(arguments, m.language, m.read), nil
	}
	m.applied = append(m.applied, append([]string{path, content}, arguments...))
	result := ec2launch.Result{Stdout: "the program's words\n"}
	if len(m.exitCodes) > 0 {
		result.ExitCode, m.exitCodes = m.exitCodes[0], m.exitCodes[1:]
	}
	return result, nil
}

func (m *machine) read(path string) ([]byte, error) {
	content, ok := m.files[strings.ToLower(path)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(content), nil
}

func (m *machine) write(path string, data []byte) error {
	path = strings.ToLower(path)
	if !m.folders[path[:max(strings.LastIndexByte(path, '\\'), 0)]] {
		return fs.ErrNotExist
	}
	m.files[path] = string(data)
	return nil
}

func (m *machine) Get(_ context.Context, url, proxy string) (ec2launch.Response, error) {
	m.requests = append(m.requests, strings.TrimSpace(url+" "+proxy))
	if m.down > 0 {
		m.down--
		return ec2launch.Response{}, errors.New("connection refused")
	}
	response, ok := m.web[url]
	if !ok {
		return ec2launch.Response{Status: 404}, nil
	}
	return response, nil
}

// ran lists the programs that user data started, without the tools of Windows.
func (m *machine) ran() []string {
	var all []string
	for _, run := range m.applied {
		all = append(all, strings.Join(slices.Concat(run[:1], run[2:]), " "))
	}
	return all
}

// rendered is user data as Terraform would have it.
func rendered(t testing.TB, form userdata.Form, persist bool, members map[string]any) []byte {
	t.Helper()
	d := nodeconfig.Default()
	d.Cluster = "prod"
	for path, value := range members {
		if err := d.Set(path, value, nodeconfig.Origin{Source: nodeconfig.FromDocument}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := userdata.Render(userdata.Request{Document: d, Form: form, LaunchAgent: userdata.EC2LaunchV2, Persist: persist})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func download() map[string]any {
	return map[string]any{"download.source": "https", "download.location": location, "download.sha256": digest()}
}

// boot starts an instance for the first time.
func boot(t testing.TB, m *machine, text []byte) ec2launch.Report {
	t.Helper()
	report, err := agentOf(m).Boot(t.Context(), text)
	if err != nil {
		t.Fatalf("%v\nof\n%s", err, text)
	}
	if len(report.Problems) > 0 {
		t.Fatalf("problems %v of\n%s", report.Problems, text)
	}
	return report
}

func agentOf(m *machine) ec2launch.Agent {
	return ec2launch.Agent{Version: userdata.EC2LaunchV2, Shell: m, Memory: ec2launch.NewMemory()}
}

func apply(path string) string {
	return fmt.Sprintf("%s apply --config-source imds://user-data", path)
}
