package timeline_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/timeline"
)

const agentLog = `C:\ProgramData\Amazon\ECS\log\ecs-agent.log`

// launched is the machine a minute after its user data began: the launch agent and the ECS agent have logged.
func launched(t *testing.T) (*sim.Machine, time.Time) {
	t.Helper()
	m := sim.New(sim.Options{Name: "test"})
	now := m.Clock().Now().UTC()
	stamp := func(ago time.Duration, layout string) string { return now.Add(-ago).Format(layout) }
	const launch = "2006-01-02 15:04:05"
	m.WriteFile(`C:\ProgramData\Amazon\EC2Launch\log\agent.log`, []byte(
		stamp(10*time.Minute, launch)+" Info: Stage: boot, of an earlier boot\n"+
			stamp(90*time.Second, launch)+" Info: Stage: boot started\n"+
			"a line without a time\n"+
			stamp(80*time.Second, launch)+" Info: Stage: network started\n"+
			stamp(70*time.Second, launch)+" Info: Stage: preReady started\n"+
			stamp(65*time.Second, launch)+" Info: Windows is Ready to use\n"))
	m.WriteFile(agentLog, []byte(
		"level=info time="+stamp(20*time.Second, time.RFC3339)+" msg=\"Starting Amazon ECS Agent\"\n"+
			"level=info time="+stamp(12*time.Second, time.RFC3339)+" msg=\"Instance registration completed successfully\"\n"+
			"level=info time="+stamp(10*time.Second, time.RFC3339)+" msg=\"Connected to ACS endpoint\"\n"))
	return m, now
}

func lastRun(now time.Time) *report.Report {
	began := now.Add(-60 * time.Second)
	docker := began.Add(time.Second)
	return &report.Report{
		Command: "apply", Cluster: "prod", StartedAt: began, DurationMS: 50_000,
		Phases: []report.Phase{
			{Name: "docker", Title: "Docker runs", StartedAt: &docker, DurationMS: 30_000},
			{Name: "domain", Title: "skipped"},
		},
		Timing: &report.Timing{CriticalPath: []string{"docker"}, CriticalPathMS: 30_000, SumMS: 31_000},
	}
}

func makeOne(t *testing.T, m *sim.Machine, last *report.Report) *timeline.Timeline {
	t.Helper()
	var made *timeline.Timeline
	h := m.Host()
	if err := m.Run(func() {
		made = timeline.Make(t.Context(), timeline.Input{Host: h, Version: "1.2.3", LastRun: last, AgentLog: agentLog})
	}); err != nil {
		t.Fatal(err)
	}
	return made
}

func TestTimelineOfALaunch(t *testing.T) {
	t.Parallel()
	m, now := launched(t)
	made := makeOne(t, m, lastRun(now))
	type row struct {
		Name string
		// From is counted back from now.
		From, Took time.Duration
	}
	var got []row
	for _, e := range made.Entries {
		got = append(got, row{e.Name, now.Sub(e.StartedAt).Round(time.Second), time.Duration(e.DurationMS) * time.Millisecond})
	}
	want := []row{
		{"launch", 4 * time.Minute, 2 * time.Minute},
		{"windows", 2 * time.Minute, 30 * time.Second},
		{"ec2launch/boot", 90 * time.Second, 10 * time.Second},
		{"ec2launch/network", 80 * time.Second, 10 * time.Second},
		{"ec2launch/preready", 70 * time.Second, 5 * time.Second},
		{"ec2launch/ready", 65 * time.Second, 0},
		{"unknown", 65 * time.Second, 5 * time.Second},
		{"bootstrap", 60 * time.Second, 50 * time.Second},
		{"phase/docker", 59 * time.Second, 30 * time.Second},
		{"agent/start", 20 * time.Second, 0},
		{"agent/registered", 20 * time.Second, 8 * time.Second},
		{"agent/connected", 12 * time.Second, 2 * time.Second},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if made.TotalMS != (230*time.Second).Milliseconds() || !made.Modelled || made.Simulated != "test" || len(made.Missing) > 0 {
		t.Errorf("total %d ms, modelled %t, simulated %q, missing %v", made.TotalMS, made.Modelled, made.Simulated, made.Missing)
	}
}

// TestTimelineIsOfThisBoot: after a reboot neither the launch nor an earlier run is part of the way.
func TestTimelineIsOfThisBoot(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Name: "test"})
	last := lastRun(m.Clock().Now())
	if err := m.Advance(48 * time.Hour); err != nil {
		t.Fatal(err)
	}
	m.Reboot()
	if err := m.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	made := makeOne(t, m, last)
	if made.TotalMS > time.Hour.Milliseconds() {
		t.Errorf("the way took %d ms: %+v", made.TotalMS, made.Entries)
	}
	for _, what := range []string{"has rebooted since", "in another boot"} {
		if !strings.Contains(strings.Join(made.Missing, "\n"), what) {
			t.Errorf("%q is not among what is missing: %v", what, made.Missing)
		}
	}
}

// TestMetricsWithoutACluster: CloudWatch drops metrics with an empty dimension.
func TestMetricsWithoutACluster(t *testing.T) {
	t.Parallel()
	var emf strings.Builder
	if err := makeOne(t, sim.New(sim.Options{Name: "test"}), nil).EMF(&emf); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(emf.String(), `"Cluster"`) || !strings.Contains(emf.String(), `"Dimensions":[[]]`) {
		t.Errorf("an empty dimension: %s", emf.String())
	}
}

// TestTimelineSaysWhatItDoesNotKnow rather than leave it out.
func TestTimelineSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Name: "test", Conditions: []string{"imds-disabled"}})
	made := makeOne(t, m, nil)
	for _, what := range []string{"the launch:", "the launch agent's stages:", "the bootstrap's phases:", "the agent's start:"} {
		if !strings.Contains(strings.Join(made.Missing, "\n"), what) {
			t.Errorf("%q is not among what is missing: %v", what, made.Missing)
		}
	}
	var b strings.Builder
	made.Screen(&b, output.Style{})
	if !strings.Contains(b.String(), "not known:") || !strings.Contains(b.String(), "modelled, not measured") {
		t.Errorf("the screen:\n%s", b.String())
	}
}

func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	m, now := launched(t)
	last := lastRun(now)
	// Two stretches of which nobody says anything.
	last.StartedAt, last.Phases = last.StartedAt.Add(20*time.Second), nil
	last.DurationMS = 1000
	last.Cluster = "quoted \"name\"\\\nline"
	made := makeOne(t, m, last)
	var prom, emf strings.Builder
	if err := made.Prometheus(&prom); err != nil {
		t.Fatal(err)
	}
	// The text format of Prometheus: comments, and samples of a name, labels and a number.
	sample := regexp.MustCompile(`^[a-z_]+\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\} [0-9.e+-]+$`)
	series := map[string]bool{}
	for line := range strings.Lines(prom.String()) {
		name := line[:strings.LastIndexByte(line, ' ')]
		if series[name] {
			t.Errorf("there twice, so that Prometheus refuses the file: %s", line)
		}
		series[name] = true
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "# ") && !sample.MatchString(line) {
			t.Errorf("no sample: %s", line)
		}
	}
	if !strings.Contains(prom.String(), `stage="unknown"`) {
		t.Errorf("what nobody knows is missing:\n%s", prom.String())
	}
	if err := made.EMF(&emf); err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(emf.String()), &document); err != nil {
		t.Fatal(err)
	}
	var aws struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(emf.String()), &aws); err != nil {
		t.Fatal(err)
	}
	if len(aws.AWS.CloudWatchMetrics) != 1 || aws.AWS.Timestamp == 0 || len(aws.AWS.CloudWatchMetrics[0].Metrics) < 5 {
		t.Fatalf("the metadata: %+v", aws)
	}
	for _, metric := range aws.AWS.CloudWatchMetrics[0].Metrics {
		if _, ok := document[metric.Name].(float64); !ok {
			t.Errorf("the metric %s has no value", metric.Name)
		}
	}
	for _, dimension := range aws.AWS.CloudWatchMetrics[0].Dimensions[0] {
		if _, ok := document[dimension]; !ok {
			t.Errorf("the dimension %s has no value", dimension)
		}
	}
}
