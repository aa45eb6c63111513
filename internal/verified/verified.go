// Package verified is the table of what the project claims to do, and of what stands behind each claim: the tests that show
// it, each with the layer it runs on, and what nobody has seen yet. docs/verified.md is made of it.
package verified

// Layer is a way of showing something.
type Layer string

// The layers, in the order of the page.
const (
	// Plain is code that asks no machine and no AWS.
	Plain Layer = "plain code"
	// Simulated is the bootstrap's logic on a simulated Windows machine with a virtual clock.
	Simulated Layer = "simulated Windows"
	// Wine is a program for Windows, the one that ships where a whole node is meant, on a Windows machine under Wine.
	Wine Layer = "Wine"
	// InProcess is the provider over Terraform's protocol in the test's own process, against the sandbox or a server of the test.
	InProcess Layer = "provider in process"
	// CLI is the real Terraform CLI against the sandbox.
	CLI Layer = "Terraform CLI"
	// Clients are AWS clients that were not written here, against the sandbox.
	Clients Layer = "other AWS clients"
)

// Layers returns the layers, each with what it is and what it cannot tell.
func Layers() []Explained {
	return []Explained{
		{string(Plain), "tables, properties and fuzz targets of plain packages", "whether anybody behaves as the code expects"},
		{string(Simulated), "the bootstrap's phases on a simulated machine, see design/simulated-windows.md", "whether Windows follows the rules that its authors gave it"},
		{string(Wine), "ecswin-bootstrap.exe as it ships, or a package of it, on a machine under Wine, see design/wine.md", "what is listed below by name"},
		{string(InProcess), "the provider over protocol 6 in the test's process", "what the CLI does with the answers"},
		{string(CLI), "the real Terraform CLI against the sandbox; skipped where there is no `terraform`", "whether AWS answers as the sandbox does"},
		{string(Clients), "AWS CLI, boto3 and @aws-sdk/client-ecs against the sandbox; each skipped where it is missing", "whether AWS answers as the sandbox does"},
	}
}

// Explained is a name with what it is, and what it does not tell.
type Explained struct{ Name, What, Not string }

// Shown is a test that shows a behaviour.
type Shown struct {
	Layer Layer
	// Folder is the test's package, Func its function, Case the words by which the source names its case, or the name of a
	// file of examples/scenarios.
	Folder, Func, Case string
}

// Behaviour is one row of the table.
type Behaviour struct {
	// What is the claim.
	What string
	// Shown are the tests behind it; a behaviour without any is not verified at all.
	Shown []Shown
	// NotVerified says what of the claim nobody has seen on real Windows or real AWS, or is empty.
	NotVerified string
}

// Area is a group of behaviours.
type Area struct {
	Title      string
	Behaviours []Behaviour
}

// Areas returns the table.
func Areas() []Area {
	return []Area{joining(), network(), boots(), diagnosis(), security(), release(), terraform(), sandbox()}
}

// Scenario returns the name of the scenario file, where the test is one.
func (s Shown) Scenario() (string, bool) {
	return s.Case, s.Folder == scenarios && s.Case != ""
}

// Folders that many rows name.
const (
	agentphase  = "bootstrap/phase/agentphase"
	netphase    = "bootstrap/phase/netphase"
	endpoints   = "bootstrap/endpoint"
	runs        = "bootstrap/run"
	machinetest = "bootstrap/machinetest"
	winhost     = "bootstrap/host/winhost"
	scenarios   = "bootstrap/scenario"
	awscloud    = "bootstrap/cloud/awscloud"
	definition  = "provider/taskdefinition"
	task        = "provider/task"
	cluster     = "provider/cluster"
)

func plain(folder, function string) Shown     { return Shown{Plain, folder, function, ""} }
func simulated(folder, function string) Shown { return Shown{Simulated, folder, function, ""} }
func wine(folder, function string) Shown      { return Shown{Wine, folder, function, ""} }
func inProcess(folder, function string) Shown { return Shown{InProcess, folder, function, ""} }
func cli(folder, function string) Shown       { return Shown{CLI, folder, function, ""} }
func clients(folder, function string) Shown   { return Shown{Clients, folder, function, ""} }

// scenario is a test by a file of examples/scenarios.
func scenario(name string) Shown {
	return Shown{Simulated, scenarios, "TestExamplesEndAsTheySay", name}
}
