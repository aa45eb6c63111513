package doctor

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Extra is a file that the caller adds to a bundle.
type Extra struct {
	// Name is its path in the bundle, with slashes.
	Name    string
	Content []byte
}

// tailSize is how much of a log goes into a bundle, in bytes from its end.
const tailSize = 512 << 10

// logs are the logs on a node that tell of its way into the cluster. The places are those that AWS documents; EC2Launch v1
// and v2 each have their own.
func logs(ctx context.Context, s *Subject) map[string]string {
	return map[string]string{
		"logs/ecs-agent.log":         AgentLog(ctx, s.Host),
		"logs/vpc-eni.log":           `C:\ProgramData\Amazon\ECS\log\cni\vpc-eni.log`,
		"logs/ec2launch-v2.log":      `C:\ProgramData\Amazon\EC2Launch\log\agent.log`,
		"logs/ec2launch-v2-err.log":  `C:\ProgramData\Amazon\EC2Launch\log\err.log`,
		"logs/ec2launch-v1-user.log": `C:\ProgramData\Amazon\EC2-Windows\Launch\Log\UserdataExecution.log`,
		"logs/ec2launch-v1.log":      `C:\ProgramData\Amazon\EC2-Windows\Launch\Log\Ec2Launch.log`,
	}
}

// Bundle packs what somebody else needs to judge the node into a zip file: the diagnosis, the ends of the logs, the network,
// the services and their events, the names of the agent's variables, and the extras. Mask sees every text. User data, values of variables
// and the contents of containers are never in it. The same contents give the same bytes.
func Bundle(ctx context.Context, s *Subject, d *Diagnosis, extras []Extra, mask func(string) string) ([]byte, error) {
	b := &bundle{files: map[string][]byte{}, mask: mask}
	b.json("doctor.json", d)
	for name, path := range logs(ctx, s) {
		content, err := s.Host.Files.Read(ctx, path)
		if err != nil {
			b.miss(name, err)
			continue
		}
		b.text(name, string(wholeLines(content, tailSize)))
	}
	b.network(ctx, s)
	b.services(ctx, s)
	b.environment(ctx, s)
	b.events(ctx, s)
	for _, e := range extras {
		b.text(e.Name, string(e.Content))
	}
	about := "Bundle of ecswin-bootstrap doctor, made " + d.At.Format(time.RFC3339) + ".\n"
	if d.Simulated != "" {
		about += "SIMULATED: scenario " + d.Simulated + ". None of this is from a real machine.\n"
	}
	about += "Secrets are masked as far as they were known or look like one. User data and values of variables are left out.\n"
	slices.Sort(b.missing)
	b.files["README.txt"] = []byte(about + strings.Join(b.missing, ""))
	return b.pack(d.At)
}

type bundle struct {
	files   map[string][]byte
	missing []string
	mask    func(string) string
}

// wholeLines is the end of a log, from the start of a line.
func wholeLines(b []byte, limit int) []byte {
	if len(b) <= limit {
		return b
	}
	b = tail(b, limit)
	return b[bytes.IndexByte(b, '\n')+1:]
}

func (b *bundle) text(name, content string) {
	b.files[name] = []byte(b.mask(content))
}

func (b *bundle) json(name string, v any) {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		b.miss(name, err)
		return
	}
	b.text(name, string(content)+"\n")
}

func (b *bundle) miss(name string, err error) {
	b.missing = append(b.missing, fmt.Sprintf("not in it: %s: %s\n", name, b.mask(err.Error())))
}

func (b *bundle) network(ctx context.Context, s *Subject) {
	look := func(name string, v any, err error) {
		if err != nil {
			b.miss(name, err)
			return
		}
		b.json(name, v)
	}
	adapters, err := s.Host.Adapters.Adapters(ctx)
	look("network/adapters.json", adapters, err)
	routes, err := s.Host.Routes.Routes(ctx)
	look("network/routes.json", routes, err)
	networks, err := s.Host.HNS.Networks(ctx)
	look("network/hns-networks.json", networks, err)
	ends, err := s.Host.HNS.Endpoints(ctx)
	look("network/hns-endpoints.json", ends, err)
	rules, err := s.Host.PortProxy.Rules(ctx)
	look("network/portproxy.json", rules, err)
}

func (b *bundle) services(ctx context.Context, s *Subject) {
	seen := map[string]host.Service{}
	for _, name := range []string{"hns", "vmcompute", "iphlpsvc", agent.DockerService, agent.Service, bootService} {
		service, err := s.Host.Services.Service(ctx, name)
		if err != nil {
			b.miss("services.json: "+name, err)
			continue
		}
		seen[name] = service
	}
	b.json("services.json", seen)
}

// environment lists which variables are set where, and the values of those that are no secrets.
func (b *bundle) environment(ctx context.Context, s *Subject) {
	machine, service, err := environmentOf(ctx, s.Host)
	if err != nil {
		b.miss("environment.json", err)
		return
	}
	show := func(variables map[string]string) map[string]string {
		shown := map[string]string{}
		for name, value := range variables {
			switch {
			case slices.Contains(shownVariables(), name):
				shown[name] = value
			case strings.HasPrefix(name, "ECS_") || strings.HasSuffix(name, "_PROXY"):
				shown[name] = fmt.Sprintf("(%d characters)", len(value))
			}
		}
		return shown
	}
	b.json("environment.json", map[string]any{"machine": show(machine), "service": show(service)})
}

// pack writes the zip file: in the order of the names, with one time for all.
func (b *bundle) pack(at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	names := make([]string, 0, len(b.files))
	for name := range b.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		file, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC().Truncate(2 * time.Second)})
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", name, err)
		}
		if _, err := file.Write(b.files[name]); err != nil {
			return nil, fmt.Errorf("packing %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing the bundle: %w", err)
	}
	return out.Bytes(), nil
}
