package sim

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// programContent is the content of a simulated program file: what it is, and its version.
func programContent(name, version string, more ...string) []byte {
	return []byte("MZ simulated " + name + " " + version + " " + strings.Join(more, " ") + "\n")
}

// versionOf finds the version in the content of a simulated program.
func versionOf(content []byte) string {
	fields := strings.Fields(string(content))
	if len(fields) < 4 || fields[1] != "simulated" {
		return ""
	}
	return fields[3]
}

// baseName is a path's last element, in lower case.
func baseName(path string) string {
	p := clean(path)
	return p[strings.LastIndex(p, `\`)+1:]
}

// programOf is what the SCM runs for a service: by the file that its command names.
func (m *Machine) programOf(s *service) program {
	path := s.c.Command
	if rest, ok := strings.CutPrefix(path, `"`); ok {
		path, _, _ = strings.Cut(rest, `"`)
	} else {
		path, _, _ = strings.Cut(path, " -")
	}
	if _, ok := m.disk.read(path); !ok {
		return missing{m}
	}
	name := baseName(path)
	switch {
	case name == "dockerd.exe":
		return m.docker
	case name == "amazon-ecs-agent.exe":
		return m.agent
	case strings.EqualFold(s.name, "iphlpsvc"):
		return helper{simple{m}}
	}
	for file, run := range m.options.Services {
		if strings.EqualFold(file, name) {
			return &hosted{m: m, run: run}
		}
	}
	return simple{m}
}

// missing is a program whose file is not there.
type missing struct{ m *Machine }

func (p missing) start(s *service) { p.m.scm.end(s, 2, 0) }
func (missing) stop(*service)      {}
func (missing) ended()             {}

// hosted is a service program that a test or the sandbox brings. It runs as a worker of its own, for which
// no Run waits.
type hosted struct {
	m       *Machine
	run     ServiceProgram
	process *process
	cancel  context.CancelFunc
}

func (h *hosted) start(s *service) {
	ctx, cancel := context.WithCancel(context.Background())
	h.process, h.cancel = h.m.start(s), cancel
	life := s.life
	h.m.clock.daemon(func() {
		exit := h.run(ctx, h.m, h.process.host, func() {
			if s.life == life && h.process.dead == nil {
				s.run()
			}
		})
		if s.life == life && s.pid != 0 && h.process.dead == nil {
			h.m.scm.end(s, exit, 0)
		}
	})
}

func (h *hosted) stop(*service) { h.cancel() }

func (h *hosted) ended() {
	h.cancel()
	h.process.kill()
}

type programView struct{ p *process }

func (v programView) Run(ctx context.Context, c host.Command) (host.Result, error) {
	run := v.p.m.look("programs.Run", strings.TrimSpace(c.Path+" "+strings.Join(c.Args, " ")))
	run.write = c.Changes
	run.latency = v.p.m.latency.Program
	if baseName(c.Path) == "powershell.exe" {
		run.latency = v.p.m.latency.PowerShell
	}
	return value(ctx, v.p, run, func() (host.Result, error) { return v.run(ctx, c) })
}

func (v programView) run(ctx context.Context, c host.Command) (host.Result, error) {
	m := v.p.m
	content, ok := m.disk.read(c.Path)
	if !strings.Contains(c.Path, `\`) || !ok {
		return host.Result{}, notFound("program", c.Path)
	}
	m.programs = append(m.programs, strings.TrimSpace(c.Path+" "+strings.Join(c.Args, " ")))
	name := baseName(c.Path)
	switch name {
	case "netsh.exe", "powershell.exe":
		if !slices.ContainsFunc(m.options.Announced, func(a string) bool { return strings.EqualFold(a, name) }) {
			return host.Result{}, fmt.Errorf("program %s: nobody announced that it would run", c.Path)
		}
	}
	switch name {
	case "netsh.exe":
		return m.netsh(c.Args), nil
	case "powershell.exe":
		return m.powershell(c.Args), nil
	case "amazon-ecs-agent.exe":
		return v.runAgent(ctx, c, versionOf(content))
	case "wevtutil.exe":
		return m.wevtutil(c.Args), nil
	case "vpc-eni.exe":
		return runCNI(c.Args, content), nil
	case "ec2launch.exe":
		if slices.Equal(c.Args, []string{"run-task", "add-routes"}) {
			m.network.addLinkLocal()
		}
		return host.Result{}, nil
	}
	return host.Result{}, fmt.Errorf("program %s: this simulation does not know what it does", c.Path)
}

// runAgent runs the agent's program by hand. It opens its checkpoint, and waits for ever while a running agent has it.
func (v programView) runAgent(ctx context.Context, c host.Command, version string) (host.Result, error) {
	m := v.p.m
	switch {
	case slices.Contains(c.Args, "-version"):
		return host.Result{Stdout: "Amazon ECS Agent - v" + version + " (8dfceca6)\n"}, nil
	case !slices.Contains(c.Args, "-ecs-attributes"):
		return host.Result{ExitCode: 1, Stderr: "this simulation knows -version and -ecs-attributes\n"}, nil
	}
	env := m.MachineEnvironment()
	maps.Copy(env, c.Environment)
	a := agent{m: m, env: env}
	if a.keeps() {
		err := v.p.await(ctx, "the lock of agent.db", func() bool { return !m.disk.locked[clean(a.checkpointFile())] })
		if err != nil {
			return host.Result{}, fmt.Errorf("program %s: %w", c.Path, err)
		}
	}
	a.log("info", "Loading configuration", "config.go")
	var out strings.Builder
	all := m.capabilities(env)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&out, "%s\t%s\n", name, all[name])
	}
	return host.Result{Stdout: out.String()}, nil
}

func runCNI(args []string, content []byte) host.Result {
	switch {
	case slices.Contains(args, "--capabilities"):
		if !strings.Contains(string(content), "awsvpc-network-mode") {
			return host.Result{Stdout: `{"capabilities":[]}` + "\n"}
		}
		return host.Result{Stdout: `{"capabilities":["awsvpc-network-mode"]}` + "\n"}
	case slices.Contains(args, "--version"):
		return host.Result{Stdout: `{"version":"` + versionOf(content) + `","dirty":false,"gitShortHash":"a4e9ac0"}` + "\n"}
	}
	return host.Result{ExitCode: 1, Stderr: "missing CNI_COMMAND\n"}
}

// netsh knows the port proxy; all else it does without effect.
func (m *Machine) netsh(args []string) host.Result {
	if len(args) < 4 || args[1] != "portproxy" && !slices.Contains(args, "portproxy") {
		return host.Result{}
	}
	options := map[string]string{}
	for _, arg := range args {
		if key, text, ok := strings.Cut(arg, "="); ok {
			options[strings.ToLower(key)] = text
		}
	}
	listen, err := netip.ParseAddrPort(options["listenaddress"] + ":" + options["listenport"])
	if err != nil {
		return host.Result{ExitCode: 1, Stdout: "The parameter is incorrect.\n"}
	}
	rule := host.ProxyRule{Listen: listen}
	if slices.Contains(args, "delete") {
		m.edge.rules = slices.DeleteFunc(m.edge.rules, func(r proxyRule) bool { return r.Listen == listen })
		return host.Result{}
	}
	if rule.Connect, err = netip.ParseAddrPort(options["connectaddress"] + ":" + options["connectport"]); err != nil {
		return host.Result{ExitCode: 1, Stdout: "The parameter is incorrect.\n"}
	}
	m.edge.add(rule)
	return host.Result{}
}
