package verified

func security() Area {
	return Area{"Security of the node", []Behaviour{
		{
			What:        "No secret of document, references, environment, metadata, user data, agent's log or proxies is in any output, log, state or bundle, but for what a variable held before, in the state, for `reset`",
			Shown:       []Shown{simulated("bootstrap/cli", "TestNoOutputHoldsASecret"), wine(machinetest, "TestNoSecretComesOut"), plain("bootstrap/logging", "TestNoSinkSeesASecret")},
			NotVerified: "the event log on Windows; what is written there passes the same mask",
		},
		{
			What:        "DLLs and programs planted beside the program, in the working folder and in PATH are neither loaded nor run",
			Shown:       []Shown{wine(machinetest, "TestHostileFilesAreNeitherLoadedNorRun"), wine(machinetest, "TestTrapsWork"), plain(machinetest, "TestExeNamesKernel32Only")},
			NotVerified: "the loader of Windows, which has rules that Wine's has not",
		},
		{
			What:  "No PowerShell, and no other program than those announced, is started",
			Shown: []Shown{simulated("bootstrap/host/sim", "TestPowerShellRunsOnlyWhereItIsAnnounced"), wine("internal/winetest", "TestUnannouncedTool")},
		},
		{
			What:  "An agent that differs from its pinned SHA-256 in one bit is never started",
			Shown: []Shown{scenario("agent-digest-differs"), wine(machinetest, "TestFlippedByteIsRefused")},
		},
		{
			What: "User data downloads over HTTPS only, redirects to plain HTTP refused; the program downloads nothing itself, and follows no redirect of AWS or the metadata",
			Shown: []Shown{
				plain("bootstrap/ec2launch", "TestDownloadsThatMustNotHappen"), plain("bootstrap/ec2launch", "TestCurl"),
				plain(awscloud, "TestRedirectsAreRefused"), plain(winhost, "TestWebShowsRedirectsAndBoundsBodies"),
			},
			NotVerified: "Windows' own curl",
		},
		{
			What:        "The state folder is closed to others; one that a stranger has made is refused before anything is changed",
			Shown:       []Shown{plain(winhost, "TestSecurityDescriptors"), scenario("state-folder-foreign"), wine(machinetest, "TestStateFolderAsBuilt"), wine(machinetest, "TestStateFolderOfAStranger")},
			NotVerified: "that Windows keeps others out by that ACL, and that a reparse point is refused: Wine shows none",
		},
		{
			What:        "The firewall rule is for 169.254.170.2, two ports and the addresses of `nat` alone",
			Shown:       []Shown{plain(winhost, "TestFirewall"), plain(winhost, "TestFirewallRulesThatAreNoMatch"), wine(machinetest, "TestJoin")},
			NotVerified: "what Windows' firewall then lets through",
		},
		{
			What:  "The instance metadata are asked by version 2 only, and through no proxy",
			Shown: []Shown{plain(winhost, "TestMetadata"), plain(awscloud, "TestNoFallback")},
		},
		{
			What:        "The role of docs/iam.md covers what is called, and nothing else",
			Shown:       []Shown{plain(awscloud, "TestTheRoleCoversTheCalls"), plain("bootstrap/cloud/iam", "TestActionsAreWhole")},
			NotVerified: "IAM itself",
		},
		{
			What:  "Files in an archive lead nowhere outside their folder, and have bounds",
			Shown: []Shown{plain(agentphase, "TestUnsafeArchivesAreRefused"), plain(agentphase, "TestContentIsBounded")},
		},
	}}
}

func release() Area {
	return Area{"The program that ships", []Behaviour{
		{
			What:  "It holds nothing that stands in for Windows or AWS in tests; the simulated machine of --simulate is in it on purpose",
			Shown: []Shown{plain(machinetest, "TestExeHoldsNoTestFake")},
		},
		{
			What:        "It is signed, and one flipped byte breaks the signature",
			Shown:       []Shown{plain("internal/tools/release", "TestSign")},
			NotVerified: "whom Windows trusts: Wine takes any root",
		},
		{
			What:  "Its bill of materials names every module in it",
			Shown: []Shown{plain("internal/tools/release", "TestBill")},
		},
	}}
}
