package doctor_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/doctor"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

var noStyle = output.Style{}

const node = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"

// machine is a simulated machine on which apply has run, with these conditions from its start.
func machine(t *testing.T, o sim.Options) (*sim.Machine, *report.Report) {
	t.Helper()
	if o.UserData == "" {
		o.UserData = node
	}
	m := sim.New(o)
	var r *report.Report
	h := m.Host()
	inside(t, m, func() { r = run.Do(t.Context(), phase.ModeApply, h, m.CloudOf(h), run.Source{}, run.Options{}) })
	return m, r
}

func inside(t *testing.T, m *sim.Machine, fn func()) {
	t.Helper()
	if err := m.Run(fn); err != nil {
		t.Fatal(err)
	}
}

func examine(t *testing.T, m *sim.Machine, last *report.Report, checks []doctor.Check) *doctor.Diagnosis {
	t.Helper()
	doc, err := nodeconfig.Parse([]byte(node), "test")
	if err != nil {
		t.Fatal(err)
	}
	m.ResetCounters()
	h := m.Host()
	var d *doctor.Diagnosis
	inside(t, m, func() {
		d = doctor.Examine(t.Context(), &doctor.Subject{Host: h, Cloud: m.CloudOf(h), Doc: doc, LastRun: last, SameBoot: true}, checks)
	})
	if writes := m.Writes(); len(writes) > 0 {
		t.Errorf("the doctor changes the machine: %v", writes)
	}
	return d
}

// causes are the causes of a diagnosis, each with its code, and its warnings.
func causes(d *doctor.Diagnosis) []string {
	var found []string
	for _, r := range d.Checks {
		switch {
		case r.Severity == doctor.Error && r.FollowsFrom == "":
			found = append(found, r.Name+" "+r.Code)
		case r.Severity == doctor.Warning && r.FollowsFrom == "":
			found = append(found, r.Name+" warns")
		}
	}
	return found
}

// noNames are name servers that answer, and know no name.
type noNames struct{ host.Lookup }

func (noNames) Ask(context.Context, netip.Addr, string) error { return host.ErrNotFound }

// TestNetworkThatIsMeantToBeClosed: on a network that knows no name, with a document that turns the check of the endpoints
// off, neither is a cause.
func TestNetworkThatIsMeantToBeClosed(t *testing.T) {
	t.Parallel()
	for check, want := range map[string][]string{"false": nil, "true": {"endpoints E_ENDPOINT_CONNECT"}} {
		m := sim.New(sim.Options{UserData: node, Conditions: []string{"no-internet"}})
		doc, err := nodeconfig.Parse([]byte(node+"endpoints: {check: "+check+"}\n"), "test")
		if err != nil {
			t.Fatal(err)
		}
		checks, err := doctor.Choose(doctor.Checks(), []string{"dns", "endpoints"})
		if err != nil {
			t.Fatal(err)
		}
		h := m.Host()
		h.Lookup = noNames{h.Lookup}
		inside(t, m, func() {
			d := doctor.Examine(t.Context(), &doctor.Subject{Host: h, Cloud: m.CloudOf(h), Doc: doc}, checks)
			if diff := cmp.Diff(want, causes(d)); diff != "" {
				t.Errorf("check: %s (-want +got):\n%s", check, diff)
			}
		})
	}
}

// blocked fails for the names that begin so.
type blocked struct {
	host.Lookup
	names []string
	as    string
	found []netip.Addr
}

func (b blocked) Resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	if b.found != nil {
		return b.found, nil
	}
	return b.Lookup.Resolve(ctx, name)
}

func (b blocked) TLS(ctx context.Context, address, proxy string) error {
	for _, name := range b.names {
		if strings.HasPrefix(address, name) {
			return &host.DialError{Step: b.as, Address: address, Err: context.DeadlineExceeded}
		}
	}
	return b.Lookup.TLS(ctx, address, proxy)
}

// TestEndpoints names the endpoint that does not answer, and what is in the way to it: a security group, a missing VPC
// endpoint, a proxy, an inspection. What tasks alone need is a warning.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	const proxies = "proxy:\n  agent: {https: 'PROXY'}\n  docker: {https: 'PROXY'}\n"
	within := []netip.Addr{netip.MustParseAddr("10.0.3.4")}
	for name, tt := range map[string]struct {
		conditions           []string
		document             string
		lookup               blocked
		want                 []string
		text, remedy, others string
	}{
		"all answer":           {text: "all 8 answer", others: "ecr.dkr: 123456789012.dkr.ecr.eu-central-1.amazonaws.com"},
		"with signals":         {document: "signal: {auto_scaling: {hook: launch}, cloudformation: {stack: s, resource: r}}\n", text: "all 10 answer"},
		"the agent's endpoint": {lookup: blocked{names: []string{"ecs-a."}}, want: []string{"endpoints E_ENDPOINT_CONNECT"}, text: "ecs-a.eu-central-1.amazonaws.com (the agent's", remedy: "com.amazonaws.eu-central-1.ecs-agent"},
		"its security group":   {lookup: blocked{names: []string{"ecs-a."}, found: within}, want: []string{"endpoints E_ENDPOINT_CONNECT"}, remedy: "the security group of the VPC endpoint for ecs-agent"},
		"an inspection":        {lookup: blocked{names: []string{"ecs."}, as: host.StepCertificate}, want: []string{"endpoints E_ENDPOINT_CERTIFICATE"}, remedy: "have TLS inspection leave ecs.eu-central-1"},
		"of tasks alone":       {lookup: blocked{names: []string{"logs.", "ssmmessages."}}, want: []string{"endpoints warns"}, text: "logs.eu-central-1.amazonaws.com (the log driver awslogs)", remedy: "com.amazonaws.eu-central-1.logs", others: "ssmmessages: ssmmessages.eu-central-1.amazonaws.com: connect"},
		"one of each":          {lookup: blocked{names: []string{"s3.", "ecs-a.", "ecs-t."}}, want: []string{"endpoints E_ENDPOINT_CONNECT"}, text: "ecs-a.", remedy: "ecs-agent"},
		"the signal's":         {document: "signal: {auto_scaling: {hook: launch}}\n", lookup: blocked{names: []string{"autoscaling."}}, want: []string{"endpoints E_ENDPOINT_CONNECT"}, text: "the lifecycle hook"},
		"a proxy":              {conditions: []string{"proxy-only"}, document: strings.ReplaceAll(proxies, "PROXY", "http://proxy.example.com:3128"), text: "all 8 answer", others: "through the proxy"},
		"a secret proxy":       {conditions: []string{"proxy-only"}, document: strings.ReplaceAll(proxies, "PROXY", "ssm:/proxy"), text: "all 8 answer"},
		"another proxy":        {conditions: []string{"proxy-only"}, document: strings.ReplaceAll(proxies, "PROXY", "http://other.example.com:3128"), want: []string{"endpoints E_ENDPOINT_PROXY"}, remedy: "the proxy runs"},
		"another ECS":          {document: "agent: {backend_host: 'https://ecs.example.com'}\n", lookup: blocked{names: []string{"ecs.example.com"}}, want: []string{"endpoints E_ENDPOINT_CONNECT"}, text: "ecs.example.com (the registration)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: node, Conditions: tt.conditions})
			m.Account().Secrets["ssm:/proxy"] = "http://proxy.example.com:3128"
			doc, err := nodeconfig.Parse([]byte(node+tt.document), "test")
			if err != nil {
				t.Fatal(err)
			}
			h := m.Host()
			tt.lookup.Lookup = h.Lookup
			if tt.lookup.as == "" {
				tt.lookup.as = host.StepConnect
			}
			h.Lookup = tt.lookup
			checks, err := doctor.Choose(doctor.Checks(), []string{"endpoints"})
			if err != nil {
				t.Fatal(err)
			}
			var d *doctor.Diagnosis
			inside(t, m, func() {
				d = doctor.Examine(t.Context(), &doctor.Subject{Host: h, Cloud: m.CloudOf(h), Doc: doc}, checks)
			})
			if diff := cmp.Diff(tt.want, causes(d)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, screen(d))
			}
			last := d.Checks[len(d.Checks)-1]
			if !strings.Contains(last.Text, tt.text) || !strings.Contains(last.Remedy, tt.remedy) || !strings.Contains(facts(last), tt.others) {
				t.Errorf("want %q, remedy %q, facts with %q:\n%+v", tt.text, tt.remedy, tt.others, last)
			}
		})
	}
}

func facts(r doctor.Result) string {
	var b strings.Builder
	for _, f := range r.Evidence {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	return b.String()
}

// TestCauses breaks one thing at a time, on a node that has joined. What is expected is all that is found: a neighbour of
// the cause that was named too would show.
func TestCauses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before []string
		after  func(m *sim.Machine)
		want   []string
	}{
		"nothing":               {},
		"no containers feature": {after: condition("no-containers"), want: []string{"windows E_CONTAINERS_FEATURE"}},
		"not elevated":          {after: condition("not-elevated"), want: []string{"windows warns"}},
		"localised":             {after: condition("localized")},
		"rename pending":        {after: condition("rename-pending"), want: []string{"pending warns"}},
		"ECSTools' task":        {after: condition("ecstools-task"), want: []string{"foreign-boot warns"}},
		"IMDS turned off":       {after: condition("imds-disabled"), want: []string{"imds E_IMDS_DISABLED"}},
		"IMDS gives no token":   {after: condition("imds-no-token"), want: []string{"imds E_IMDS_TOKEN"}},
		"IMDS route lost":       {after: condition("imds-no-route"), want: []string{"imds-route E_IMDS_UNREACHABLE"}},
		"default route lost":    {after: effect("drop-default-route"), want: []string{"default-route E_NO_PRIMARY_ROUTE"}},
		"HNS stopped":           {after: func(m *sim.Machine) { m.StopService("hns") }, want: []string{"hns-service E_HNS_NOT_RUNNING"}},
		"Docker stopped":        {after: effect("stop-docker"), want: []string{"docker-service E_DOCKER_START"}},
		"Docker crashed":        {after: effect("crash-docker"), want: []string{"docker-service E_DOCKER_START"}},
		"Docker hangs":          {after: condition("docker-hangs"), want: []string{"docker E_DOCKER_NO_ANSWER"}},
		"Docker of Linux":       {after: condition("docker-linux"), want: []string{"docker E_DOCKER_LINUX"}},
		"Docker too new":        {after: condition("docker-too-new"), want: []string{"docker E_DOCKER_API"}},
		"no pause image":        {after: condition("no-pause-image"), want: []string{"pause-image E_PAUSE_IMAGE_MISSING"}},
		"nat lost":              {after: effect("lose-nat"), want: []string{"nat E_DOCKER_NAT_STALE"}},
		"nat twice":             {after: condition("nat-duplicate"), want: []string{"nat E_HNS_NAT_DUPLICATE"}},
		"nat of another type":   {after: condition("nat-wrong-type"), want: []string{"nat E_HNS_NAT_FOREIGN"}},
		"nat is stale":          {after: condition("nat-stale"), want: []string{"nat E_DOCKER_NAT_STALE"}},
		"nat without adapter":   {after: condition("nat-no-adapter"), want: []string{"nat E_HNS_NAT_NO_ADAPTER"}},
		"no name server":        {after: func(m *sim.Machine) { setDNS(t, m) }, want: []string{"dns E_DNS_EMPTY"}},
		"dead name server":      {after: condition("dead-dns"), want: []string{"dns E_DNS_NO_ANSWER"}},
		"old task network":      {after: condition("stale-task-network"), want: []string{"task-networks warns"}},
		"hidden interface":      {after: condition("hidden-eni"), want: []string{"interfaces E_ENI_NO_ADAPTER"}},
		"no internet":           {after: effect("break-internet"), want: []string{"endpoints E_ENDPOINT_CONNECT"}},
		"intercepted":           {after: condition("intercepted"), want: []string{"endpoints E_ENDPOINT_CERTIFICATE"}},
		"no IP Helper":          {after: func(m *sim.Machine) { m.StopService("iphlpsvc") }, want: []string{"iphlpsvc E_IPHLPSVC"}},
		"proxy rule gone":       {after: removeRule(t), want: []string{"host-proxy E_HOST_PROXY_RULE"}},
		"clock behind":          {after: condition("clock-behind"), want: []string{"identity E_CLOCK_SKEW"}},
		"agent stopped":         {after: effect("stop-agent"), want: []string{"agent E_AGENT_STOPPED"}},
		"no cluster variable":   {after: func(m *sim.Machine) { m.SetMachineEnvironment("ECS_CLUSTER", "") }, want: []string{"agent-settings E_AGENT_SETTING"}},
		"drivers are no JSON":   {after: func(m *sim.Machine) { m.SetMachineEnvironment("ECS_AVAILABLE_LOGGING_DRIVERS", "['awslogs']") }, want: []string{"agent-settings E_AGENT_SETTING"}},
		"another value":         {after: func(m *sim.Machine) { m.SetMachineEnvironment("ECS_ENABLE_TASK_ENI", "false") }, want: []string{"agent-settings warns"}},
		"set twice":             {after: serviceVariable("ECS_CLUSTER=other"), want: []string{"agent-settings E_AGENT_SETTING_CONFLICT"}},
		"no role":               {before: []string{"no-role"}, want: []string{"identity E_NO_CREDENTIALS"}},
		"cluster missing":       {before: []string{"no-cluster"}, want: []string{"agent E_AGENT_CLUSTER_MISSING"}},
		"registration denied":   {before: []string{"denied"}, want: []string{"agent E_AGENT_REGISTER_DENIED"}},
		"IIS":                   {before: []string{"iis"}, want: []string{"port-80 E_PORT80_TAKEN"}},
		"no plug-in":            {before: []string{"no-cni"}, want: []string{"cni E_CNI_MISSING"}},
		"old plug-in":           {before: []string{"old-cni"}, want: []string{"cni E_CNI_CAPABILITY"}},
		"baked checkpoint":      {before: []string{"baked-cluster"}, want: []string{"agent-checkpoint E_AGENT_CHECKPOINT_CLUSTER"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, last := machine(t, sim.Options{Conditions: tt.before})
			if tt.after != nil {
				tt.after(m)
			}
			d := examine(t, m, last, doctor.Checks())
			if diff := cmp.Diff(tt.want, causes(d)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, screen(d))
			}
			for _, r := range d.Checks {
				if _, known := fault.Find(fault.Code(r.Code)); r.Code != "" && !known {
					t.Errorf("%s: nobody knows the code %s", r.Name, r.Code)
				}
				if r.Severity == doctor.Error && (r.Code == "" || r.Remedy == "") {
					t.Errorf("%s is an error without code or remedy", r.Name)
				}
			}
			if healthy := len(d.Causes) == 0; d.Healthy != healthy || (d.ExitCode == 0) != healthy {
				t.Errorf("healthy %t, exit code %d, causes %v", d.Healthy, d.ExitCode, d.Causes)
			}
		})
	}
}

func screen(d *doctor.Diagnosis) string {
	var b strings.Builder
	d.Screen(&b, noStyle, true)
	return b.String()
}

func condition(name string) func(*sim.Machine) { return func(m *sim.Machine) { m.Apply(name) } }

func effect(name string) func(*sim.Machine) { return func(m *sim.Machine) { m.Effect(name) } }

func serviceVariable(pair string) func(*sim.Machine) {
	return func(m *sim.Machine) {
		m.SetRegistryValue(host.ServicesKey+`\AmazonECS`, "Environment", host.Value{Kind: host.KindMultiString, List: []string{pair}})
	}
}

func removeRule(t *testing.T) func(*sim.Machine) {
	return func(m *sim.Machine) {
		h := m.Host()
		inside(t, m, func() {
			rules, err := h.PortProxy.Rules(t.Context())
			if err != nil || len(rules) != 1 {
				t.Errorf("rules %v, %v", rules, err)
				return
			}
			if err := h.PortProxy.Remove(t.Context(), rules[0]); err != nil {
				t.Error(err)
			}
		})
	}
}

// setDNS takes the primary adapter's name servers away: DHCP has none.
func setDNS(t *testing.T, m *sim.Machine) {
	m.Apply("no-dns")
	h := m.Host()
	inside(t, m, func() {
		if err := h.Adapters.SetDNS(t.Context(), "Ethernet", nil); err != nil {
			t.Error(err)
		}
	})
}

// TestFreshNode shows one cause where apply has never run, not the ten that follow from it.
func TestFreshNode(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: node})
	d := examine(t, m, nil, doctor.Checks())
	if diff := cmp.Diff([]string{"bootstrap E_NOT_APPLIED"}, causes(d)); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, screen(d))
	}
}

// TestHangingCheckEnds shows that what never answers costs one patience, not the examination.
func TestHangingCheckEnds(t *testing.T) {
	t.Parallel()
	m, last := machine(t, sim.Options{})
	m.Apply("docker-hangs")
	d := examine(t, m, last, doctor.Checks())
	if took := time.Duration(d.DurationMS) * time.Millisecond; took > 30*time.Second {
		t.Errorf("the examination took %s", took)
	}
}

func TestChecksFitTogether(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range doctor.Checks() {
		if seen[c.Name] {
			t.Errorf("%s is there twice", c.Name)
		}
		for _, need := range c.DependsOn {
			if !seen[need] {
				t.Errorf("%s depends on %s, which does not stand before it", c.Name, need)
			}
		}
		seen[c.Name] = true
		if c.Title == "" || c.Look == nil {
			t.Errorf("%s lacks a title or a look", c.Name)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	chosen, err := doctor.Choose(doctor.Checks(), []string{"docker"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range chosen {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"windows", "hns-service", "docker-service", "docker", "pause-image"}, names); diff != "" {
		t.Errorf("the area docker and what it depends on (-want +got):\n%s", diff)
	}
	if _, err := doctor.Choose(doctor.Checks(), []string{"dokcer"}); fault.Of(err).Code != "E_USAGE" {
		t.Errorf("an unknown name: %v", err)
	}
}

// TestBrokenCheckIsUnknown shows that a check that panics takes nobody else with it.
func TestBrokenCheckIsUnknown(t *testing.T) {
	t.Parallel()
	m, last := machine(t, sim.Options{})
	d := examine(t, m, last, []doctor.Check{
		{Name: "broken", Area: "machine", Title: "x", Look: func(context.Context, *doctor.Subject) doctor.Finding { panic("oh") }},
		{Name: "fine", Area: "machine", Title: "y", Look: func(context.Context, *doctor.Subject) doctor.Finding { return doctor.Finding{Severity: doctor.OK} }},
	})
	if d.Checks[0].Severity != doctor.Unknown || d.Checks[1].Severity != doctor.OK || !d.Healthy {
		t.Errorf("%+v", d.Checks)
	}
}

// silent is an agent that takes the question and does not answer in time.
type silent struct{ host.Web }

func (silent) Get(context.Context, string) (host.Response, error) {
	return host.Response{}, host.ErrUnreachable
}

// TestSilentAgentIsNotCalledUnregistered: a busy machine is no proof of anything. An agent that listens nowhere is.
func TestSilentAgentIsNotCalledUnregistered(t *testing.T) {
	t.Parallel()
	m, last := machine(t, sim.Options{})
	h := m.Host()
	h.Web = silent{}
	var d *doctor.Diagnosis
	inside(t, m, func() {
		d = doctor.Examine(t.Context(), &doctor.Subject{Host: h, Cloud: m.CloudOf(h), LastRun: last, SameBoot: true}, doctor.Checks())
	})
	for _, c := range d.Checks {
		if (c.Name == "registered" || c.Name == "member") && c.Severity != doctor.Unknown {
			t.Errorf("%s: %s %s", c.Name, c.Severity, c.Text)
		}
	}
}
