// Package failures is the table of the ways in which Windows containers in awsvpc mode fail on Amazon ECS, and of how the
// project meets each: it prevents or repairs it, names it on the node or in Terraform, or documents it. Each row names the
// tests that show it; docs/troubleshooting.md is made of the table.
package failures

import "github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"

// How a failure is met.
type How string

// The ways, the best first.
const (
	// Prevented: it cannot come about, or what would bring it about is refused before.
	Prevented How = "prevented"
	// Repaired: the bootstrap puts it right.
	Repaired How = "repaired"
	// OnNode: the bootstrap names it on the node.
	OnNode How = "diagnosed on the node"
	// ByProvider: Terraform names it, in a plan or in the error of an apply.
	ByProvider How = "diagnosed by the provider"
	// Documented: nothing but this page helps.
	Documented How = "documented"
)

// Failure is one row of the table.
type Failure struct {
	// ID is F1 and so on, the same for ever.
	ID string
	// Symptom is what a user sees, Cause what is behind it.
	Symptom, Cause string
	How            How
	// By are the phases, commands, rules or data that meet it.
	By string
	// Codes are the faults that name it, Rules those of the task definition.
	Codes []fault.Code
	Rules []string
	// Why says why it is met in this way and no better, Remedy what is left to do.
	Why, Remedy string
	// Shown are tests that show it. Neighbour are tests in which a fault that looks alike is not given its name: a
	// diagnosis without one could name everything so.
	Shown, Neighbour []Test
	// NotVerified says what nobody has seen on real Windows or real AWS, or is empty.
	NotVerified string
}

// Test names a test: the folder of its package, its function, and the words that name its case in the source, if it has
// cases. A scenario is named by its file.
type Test struct {
	Folder, Func, Case string
}

// scenario is a test by a file of examples/scenarios.
func scenario(name string) Test {
	return Test{Folder: "bootstrap/scenario", Func: "TestExamplesEndAsTheySay", Case: name}
}

// Scenario returns the name of the scenario file, where the test is one.
func (t Test) Scenario() (string, bool) {
	return t.Case, t.Folder == "bootstrap/scenario" && t.Func == "TestExamplesEndAsTheySay"
}

func test(folder, function string, name ...string) Test {
	t := Test{Folder: folder, Func: function}
	if len(name) > 0 {
		t.Case = name[0]
	}
	return t
}

// Folders that many rows name.
const (
	agentphase = "bootstrap/phase/agentphase"
	netphase   = "bootstrap/phase/netphase"
	agentTests = "bootstrap/agent"
	placement  = "provider/task/placement"
	stopped    = "provider/task"
	ruleTests  = "internal/taskdef/rules"
)
