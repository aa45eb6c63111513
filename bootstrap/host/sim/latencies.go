package sim

import "time"

// Latencies are how long the machine takes for what it does. The zero Latencies let all happen at once, in order.
type Latencies struct {
	// Call is of each call to Windows that has no own latency.
	Call time.Duration
	// IMDS is of one request.
	IMDS time.Duration
	// AWS is of one call to AWS, Connect of one connection to an endpoint.
	AWS, Connect time.Duration
	// DockerStart is from the start of Docker until it turns to its nat network, DockerReady from there to its first answer.
	DockerStart, DockerReady time.Duration
	// HNSCreate is of one network, HNSDelete likewise; HNSSettle is how long after a delete every create fails.
	HNSCreate, HNSDelete, HNSSettle time.Duration
	// AddressPreferred is how long an address is tentative; DHCP how long the primary adapter takes after a boot.
	AddressPreferred, DHCP time.Duration
	// ServiceStop is of one service.
	ServiceStop time.Duration
	// AgentLoad is what the ECS agent does before it answers the SCM (systeminfo, above all), AgentRegister from there to
	// its registration, AgentConnect from there to its connection to ACS.
	AgentLoad, AgentRegister, AgentConnect time.Duration
	// PowerShell is of one start with the import of a module.
	PowerShell time.Duration
	// Program is of another program's run.
	Program time.Duration
	// Shutdown is from the request of a reboot to the end of all processes, Boot from there until services start.
	Shutdown, Boot time.Duration
	// LaunchAgent is from the boot until EC2Launch has added its routes, UserData from there until user data runs.
	LaunchAgent, UserData time.Duration
}

// Published returns latencies that people have published for real machines. Where nobody has, the value is a guess,
// marked assumed. A figure that a simulation makes of them is modelled, never measured.
func Published() Latencies {
	return Latencies{
		Call:             2 * time.Millisecond,   // assumed
		IMDS:             5 * time.Millisecond,   // assumed
		AWS:              60 * time.Millisecond,  // assumed
		Connect:          30 * time.Millisecond,  // assumed
		DockerStart:      8 * time.Second,        // assumed
		DockerReady:      2 * time.Second,        // assumed
		HNSCreate:        47 * time.Second,       // a Transparent network, in the log of amazon-ecs-agent issue 3022; assumed for nat
		HNSDelete:        4 * time.Second,        // the detach of an endpoint there; assumed for a network
		HNSSettle:        20 * time.Second,       // the pause that helped in hcsshim issue 95
		AddressPreferred: 3 * time.Second,        // assumed; hostsetup.ps1 waits up to 10 s
		DHCP:             5 * time.Second,        // assumed
		ServiceStop:      3 * time.Second,        // assumed
		AgentLoad:        6 * time.Second,        // assumed: systeminfo in PowerShell
		AgentRegister:    2 * time.Second,        // assumed
		AgentConnect:     1 * time.Second,        // assumed
		PowerShell:       222 * time.Second,      // Import-Module AWSPowerShell on a t3.large, amazon-eks-ami issue 2723
		Program:          500 * time.Millisecond, // assumed
		Shutdown:         20 * time.Second,       // assumed
		Boot:             60 * time.Second,       // assumed
		LaunchAgent:      10 * time.Second,       // assumed
		UserData:         20 * time.Second,       // assumed
	}
}
