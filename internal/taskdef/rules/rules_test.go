package rules_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

func check(c change) []rules.Finding {
	d := sound()
	c(d)
	return rules.Check(d, nil)
}

// lines gives findings as "ID at path", which is what they are told apart by.
func lines(found []rules.Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Rule.ID+" at "+f.Path.String())
	}
	return all
}

func ids(found []rules.Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Rule.ID)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestSoundDefinitionBreaksNoRule(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string(nil), lines(check(all()))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, e := range examples() {
		t.Run(e.rule+" "+e.at, func(t *testing.T) {
			t.Parallel()
			want := append([]string{e.rule}, e.also...)
			slices.Sort(want)
			found := check(e.breaks)
			if diff := cmp.Diff(want, ids(found)); diff != "" {
				t.Errorf("rules broken (-want +got):\n%s\n%s", diff, strings.Join(lines(found), "\n"))
			}
			if line := e.rule + " at " + e.at; !slices.Contains(lines(found), line) {
				t.Errorf("no finding %s among:\n%s", line, strings.Join(lines(found), "\n"))
			}
			if found := check(e.keeps); slices.Contains(ids(found), e.rule) {
				t.Errorf("the neighbour breaks %s too:\n%s", e.rule, strings.Join(lines(found), "\n"))
			}
		})
	}
}

func TestEveryRuleHasAnExampleAndIsComplete(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, e := range examples() {
		shown[e.rule] = true
	}
	pattern := regexp.MustCompile(`^(DEF|NET|WIN)\d{3}$`)
	last := ""
	for _, r := range rules.All() {
		if !shown[r.ID] {
			t.Errorf("%s has no example", r.ID)
		}
		delete(shown, r.ID)
		if !pattern.MatchString(r.ID) || r.ID <= last {
			t.Errorf("%s is no ID, or not in order after %s", r.ID, last)
		}
		last = r.ID
		for field, text := range map[string]string{"Title": r.Title, "Effect": r.Effect, "Remedy": r.Remedy, "Source": r.Source} {
			if text == "" || strings.TrimSpace(text) != text || strings.Contains(text, "\n") {
				t.Errorf("%s: %s is %q", r.ID, field, text)
			}
		}
		if !strings.Contains(r.Source, "https://") {
			t.Errorf("%s: the source names no page", r.ID)
		}
		if s := r.Severity.String(); s != "error" && s != "warning" && s != "note" {
			t.Errorf("%s has the severity %q", r.ID, s)
		}
	}
	for id := range shown {
		t.Errorf("the example of %s has no rule", id)
	}
}

func TestAllIsTheCallersToChange(t *testing.T) {
	t.Parallel()
	rules.All()[0].ID = "changed"
	if id := rules.All()[0].ID; id == "changed" {
		t.Errorf("a caller's change reached the table")
	}
}

func TestCheckSortsByPathThenRule(t *testing.T) {
	t.Parallel()
	mapping := make([]types.PortMapping, 11)
	for i := range mapping {
		mapping[i] = types.PortMapping{ContainerPort: aws.Int32(int32(80 + i)), Protocol: "x"}
	}
	found := check(all(ports(mapping...), memory(1, 2), tag("b#", ""), tag("a#", "#")))
	want := []string{
		`DEF014 at containerDefinitions["iis"].memoryReservation`,
		`WIN006 at containerDefinitions["iis"].memoryReservation`,
		`DEF029 at containerDefinitions["iis"].portMappings[0].protocol`,
	}
	got := slices.DeleteFunc(lines(found), func(l string) bool { return strings.HasPrefix(l, "DEF018") })
	if diff := cmp.Diff(want, got[:3]); diff != "" {
		t.Errorf("first findings (-want +got):\n%s", diff)
	}
	want = []string{
		`DEF029 at containerDefinitions["iis"].portMappings[9].protocol`,
		`DEF029 at containerDefinitions["iis"].portMappings[10].protocol`,
		`DEF091 at tags["a#"]`,
		`DEF092 at tags["a#"]`,
		`DEF091 at tags["b#"]`,
	}
	if diff := cmp.Diff(want, got[len(got)-5:]); diff != "" {
		t.Errorf("last findings (-want +got):\n%s", diff)
	}
}

func TestEverythingUnknownLeavesNothingToSay(t *testing.T) {
	t.Parallel()
	var u taskdef.Unknowns
	u.Add(taskdef.Path{})
	if found := rules.Check(&ecs.RegisterTaskDefinitionInput{}, &u); len(found) != 0 {
		t.Errorf("findings:\n%s", strings.Join(lines(found), "\n"))
	}
	if found := rules.Check(nil, nil); len(found) != 0 {
		t.Errorf("findings about no definition:\n%s", strings.Join(lines(found), "\n"))
	}
}

func TestEmptyDefinition(t *testing.T) {
	t.Parallel()
	want := []string{
		"DEF002 at containerDefinitions",
		"DEF001 at family",
		"NET001 at networkMode",
		"WIN010 at runtimePlatform.operatingSystemFamily",
	}
	if diff := cmp.Diff(want, lines(rules.Check(&ecs.RegisterTaskDefinitionInput{}, nil))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Definitions of the kind that circulate, with what is to be said about them.
func TestCommonDefinitions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change change
		want   []string
	}{
		"task size, no Windows version, no tag": {
			all(taskSize("1024", "2048"), osFamily(""), image("mcr.microsoft.com/windows/servercore/iis"), ports(types.PortMapping{ContainerPort: aws.Int32(80), Protocol: types.TransportProtocolTcp})),
			[]string{
				`WIN020 at containerDefinitions["iis"].image`,
				`WIN001 at cpu`,
				`WIN001 at memory`,
				`WIN010 at runtimePlatform.operatingSystemFamily`,
			},
		},
		"task size, awslogs without an execution role": {
			all(taskSize("1024", "2048"), compatible(types.CompatibilityEc2),
				ports(types.PortMapping{ContainerPort: aws.Int32(80), HostPort: aws.Int32(80), Protocol: types.TransportProtocolTcp}),
				logs(types.LogDriverAwslogs, "awslogs-group=/ecs/web", "awslogs-region=us-east-1", "awslogs-stream-prefix=iis")),
			[]string{
				`WIN082 at containerDefinitions["iis"].logConfiguration.logDriver`,
				`WIN001 at cpu`,
				`WIN001 at memory`,
			},
		},
		"a definition for Linux on Fargate": {
			all(taskSize("256", "512"), compatible(types.CompatibilityFargate), osFamily(types.OSFamilyLinux), architecture(types.CPUArchitectureArm64), image("nginx:1.27"),
				iis(func(c *types.ContainerDefinition) { c.Cpu, c.Memory = 0, nil; c.EntryPoint = []string{"sh", "-c"} })),
			[]string{
				`WIN004 at containerDefinitions["iis"].cpu`,
				`WIN022 at containerDefinitions["iis"].entryPoint[0]`,
				`WIN003 at containerDefinitions["iis"].memory`,
				`WIN001 at cpu`,
				`WIN001 at memory`,
				`WIN014 at requiresCompatibilities[0]`,
				`WIN012 at runtimePlatform.cpuArchitecture`,
				`WIN011 at runtimePlatform.operatingSystemFamily`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, lines(check(c.change))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCycleIsTold(t *testing.T) {
	t.Parallel()
	found := check(all(iis(dependsOn("log", types.ContainerConditionStart)), beside("log", dependsOn("iis", types.ContainerConditionStart))))
	if got := found[0].Detail; got != "The circle is iis -> log -> iis." {
		t.Errorf("detail: %s", got)
	}
}

func TestMarkdownHasEveryRule(t *testing.T) {
	t.Parallel()
	page := rules.Markdown()
	for _, r := range rules.All() {
		for _, text := range []string{"### " + r.ID + "\n", r.Title, r.Effect, r.Remedy, r.Source, r.Severity.String()} {
			if !strings.Contains(page, text) {
				t.Errorf("%s: the page lacks %q", r.ID, text)
			}
		}
	}
}

func TestTextHoldsDetailEffectRemedyAndRule(t *testing.T) {
	t.Parallel()
	f := check(network("vpc"))[0]
	for _, part := range []string{f.Detail, f.Rule.Effect, f.Rule.Remedy, f.Rule.ID, f.Rule.Source} {
		if !strings.Contains(f.Text(), part) {
			t.Errorf("the text lacks %q:\n%s", part, f.Text())
		}
	}
}

// The lists of known values come from the SDK, so the rules name its version.
func TestRulesNameTheSDKVersionInUse(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	used := regexp.MustCompile(`service/ecs v(\S+)`).FindStringSubmatch(string(mod))
	if used == nil {
		t.Fatal("go.mod does not name the ECS package")
	}
	for _, r := range rules.All() {
		if strings.Contains(r.Effect, "AWS SDK's ECS package") && !strings.Contains(r.Effect, "package "+used[1]+".") {
			t.Errorf("%s names another version than %s: %s", r.ID, used[1], r.Effect)
		}
	}
}
