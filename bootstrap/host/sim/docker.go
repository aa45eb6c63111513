package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// daemonJSON is Docker's configuration file.
const daemonJSON = `C:\ProgramData\docker\config\daemon.json`

// pauseImage is the image whose container holds a task's network; the agent's build fixes its name.
const pauseImage = "amazon/amazon-ecs-pause:0.1.0"

// hangLimit is how long a client waits for an engine that does not answer.
const hangLimit = 10 * time.Second

// docker is the container engine: a service, and what it answers.
type docker struct {
	m    *Machine
	info host.DockerInfo
	// images and containers survive a restart of the engine; containers end with a boot.
	images     []string
	containers []host.Container
	up, hangs  bool
	// nat is Docker's nat network as it was at the engine's start.
	nat *host.HNSNetwork
	// environment is the service's, as of its start.
	environment map[string]string
}

// start makes the nat network where HNS has none of the name, and believes in the first one otherwise.
func (d *docker) start(s *service) {
	d.environment = d.m.serviceEnvironment("docker")
	d.m.after(s, 0, s.answer)
	d.m.after(s, d.m.latency.DockerStart, func() {
		if !d.m.hns.up() {
			d.m.scm.end(s, host.ErrorServiceSpecific, 1)
			return
		}
		if found := d.m.hns.named("nat"); len(found) > 0 {
			d.ready(s, found[0])
			return
		}
		d.makeNAT(s)
	})
}

func (d *docker) makeNAT(s *service) {
	wait := d.m.latency.HNSCreate
	if settle := d.m.hns.settled.Sub(d.m.clock.Now()); settle > 0 {
		// The engine fails and the SCM, or somebody, starts it again; here it takes as long as HNS needs.
		wait += settle
	}
	fault := d.m.fault(call{name: "docker.nat"})
	d.m.after(s, wait+fault.Delay, func() {
		if fault.Err != "" {
			d.ready(s, host.HNSNetwork{})
			return
		}
		n := d.m.hns.put("nat", "NAT", "", []netip.Prefix{d.subnet()})
		if fault.Effect != "" {
			d.m.effect(fault.Effect)
		}
		d.ready(s, n)
	})
}

// subnet is what daemon.json fixes, or what HNS chooses.
func (d *docker) subnet() netip.Prefix {
	content, _ := d.m.disk.read(daemonJSON)
	var config struct {
		Fixed string `json:"fixed-cidr"`
	}
	if json.Unmarshal(content, &config) == nil {
		if prefix, err := netip.ParsePrefix(config.Fixed); err == nil {
			return prefix.Masked()
		}
	}
	return netip.MustParsePrefix("172.22.16.0/20")
}

func (d *docker) ready(s *service, nat host.HNSNetwork) {
	d.m.after(s, d.m.latency.DockerReady, func() {
		if nat.ID != "" {
			d.nat = &nat
		}
		d.up = true
		s.run()
	})
}

func (d *docker) stop(s *service) { d.m.scm.end(s, 0, 0) }

func (d *docker) ended() {
	d.up, d.nat = false, nil
}

// answers reports whether the engine answers now.
func (d *docker) answers() bool { return d.up && !d.hangs }

type dockerView struct{ p *process }

// ask makes a call to the engine's pipe.
func ask[T any](ctx context.Context, v dockerView, method, arg string, fn func(d *docker) (T, error)) (T, error) {
	d := v.p.m.docker
	c := v.p.m.look("docker."+method, arg)
	if d.up && d.hangs {
		c.latency += hangLimit
	}
	return value(ctx, v.p, c, func() (T, error) {
		if !d.answers() {
			var none T
			return none, fmt.Errorf("docker %s %s: %w", strings.ToLower(method), arg, host.ErrUnreachable)
		}
		return fn(d)
	})
}

func (v dockerView) Ping(ctx context.Context) error {
	_, err := ask(ctx, v, "Ping", "", func(*docker) (struct{}, error) { return struct{}{}, nil })
	return err
}

func (v dockerView) Info(ctx context.Context) (host.DockerInfo, error) {
	return ask(ctx, v, "Info", "", func(d *docker) (host.DockerInfo, error) { return d.info, nil })
}

func (v dockerView) Network(ctx context.Context, name string) (host.DockerNetwork, error) {
	return ask(ctx, v, "Network", name, func(d *docker) (host.DockerNetwork, error) {
		if !strings.EqualFold(name, "nat") || d.nat == nil {
			return host.DockerNetwork{}, notFound("docker network", name)
		}
		return host.DockerNetwork{
			ID: "d" + strings.ToLower(strings.ReplaceAll(d.nat.ID, "-", "")), Driver: "nat",
			HNSID: d.nat.ID, Subnets: slices.Clone(d.nat.Subnets),
		}, nil
	})
}

func (v dockerView) HasImage(ctx context.Context, reference string) (bool, error) {
	return ask(ctx, v, "HasImage", reference, func(d *docker) (bool, error) { return slices.Contains(d.images, reference), nil })
}

func (v dockerView) Containers(ctx context.Context) ([]host.Container, error) {
	return ask(ctx, v, "Containers", "", func(d *docker) ([]host.Container, error) { return slices.Clone(d.containers), nil })
}
