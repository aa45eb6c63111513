package verified

func joining() Area {
	return Area{"A node joins its cluster", []Behaviour{
		{
			What:        "A fresh ECS-optimized AMI joins, with the document in its user data, as the agent itself says; a second apply writes nothing",
			Shown:       []Shown{simulated(runs, "TestCleanNodeJoins"), simulated(runs, "TestSecondApplyWritesNothing"), wine(machinetest, "TestJoin")},
			NotVerified: "the agent, Docker and ECS themselves; what an AMI has in its cache",
		},
		{
			What:  "A plan and a verification change nothing",
			Shown: []Shown{simulated(runs, "TestPlanAndVerifyWriteNothing"), wine(machinetest, "TestPlanWritesNothing")},
		},
		{
			What: "The document is found in every form of user data, in a file, in Parameter Store and Secrets Manager; a malformed one fails loudly; an image build is left alone",
			Shown: []Shown{
				plain("internal/userdata", "TestExtractWhatPeopleWrite"), simulated(runs, "TestDocumentFromAFileOrAReference"),
				simulated(runs, "TestMalformedDocumentFailsLoudly"), simulated(runs, "TestImageBuildIsLeftAlone"),
			},
		},
		{
			What: "User data of `<script>` downloads the program, checks it and runs it; with one byte flipped nothing runs",
			Shown: []Shown{
				plain("bootstrap/ec2launch", "TestDownloadAndRun"), plain("bootstrap/ec2launch", "TestOneFlippedByteRunsNothing"),
				wine("bootstrap/ec2launch", "TestAnotherCmdAgrees"), simulated("bootstrap/simnode", "TestAnInstanceRunsItsUserData"),
			},
			NotVerified: "EC2Launch, and Windows' own curl and certutil",
		},
		{
			What:        "The agent is unpacked from the AMI's cache, and its service is made as AWS's script makes it",
			Shown:       []Shown{simulated(agentphase, "TestInstallFromTheCache"), simulated(agentphase, "TestInstallFinishesAfterAKill"), wine(machinetest, "TestJoin")},
			NotVerified: "the names and contents of the archives of a real AMI",
		},
		{
			What:  "The agent gets the document's settings, and a changed one restarts it once",
			Shown: []Shown{simulated(agentphase, "TestSettingsAreTheDocuments"), simulated(agentphase, "TestChangedSettingsRestartTheAgentOnce"), wine(machinetest, "TestJoin")},
		},
		{
			What:        "Auto Scaling and CloudFormation are told once, after the join or of a failure; a warm pool is left without a registration",
			Shown:       []Shown{simulated(agentphase, "TestSignalsOnceAfterTheJoin"), simulated(agentphase, "TestSignalsOfFailure"), simulated(runs, "TestWarmPoolDoesEverythingButTheRegistration")},
			NotVerified: "the two services themselves",
		},
		{
			What:        "A clock that is behind is waited for, and named where it stays so",
			Shown:       []Shown{scenario("clock-syncs-late"), scenario("clock-skew"), wine(machinetest, "TestClockSkew")},
			NotVerified: "Windows' time service",
		},
		{
			What:  "A full disk is named, with the file that had no room, and the agent is not started; with room, the next run joins",
			Shown: []Shown{scenario("disk-full"), scenario("disk-fills-up"), wine(machinetest, "TestFullDisk")},
		},
		{
			What:  "Names that are not ASCII are taken, for program, document, state folder, user profile and computer",
			Shown: []Shown{wine(machinetest, "TestNonASCIIPaths")},
		},
		{
			What:        "An instance is drained, within the time that the document gives",
			Shown:       []Shown{simulated("bootstrap/drain", "TestDrainWaitsForTheTasks"), simulated("bootstrap/service", "TestServe")},
			NotVerified: "how long Windows waits for a service at PRESHUTDOWN",
		},
	}}
}

func network() Area {
	return Area{"The host's network", []Behaviour{
		{
			What:        "Whatever single fault hits a run, at its end the instance metadata and the default route are as before",
			Shown:       []Shown{simulated(runs, "TestAnySingleFault"), simulated(runs, "TestRandomFaults"), simulated(runs, "TestWhatHNSTakesAwayIsRestored"), wine(machinetest, "TestQuirkRoutesLost")},
			NotVerified: "what HNS really does to the host's adapter, and for how long",
		},
		{
			What:        "Killed at any write, the next run ends in the state of an undisturbed one",
			Shown:       []Shown{simulated(runs, "TestKilledAtAnyWrite"), wine(machinetest, "TestKilledAtAnyWrite")},
			NotVerified: "a power cut, in which Windows may lose writes to the registry",
		},
		{
			What:        "Docker's `nat` is left alone where it is right, and made anew by Docker where it is not, unless tasks run",
			Shown:       []Shown{simulated(netphase, "TestNATThatIsInOrderIsLeftAlone"), simulated(netphase, "TestNATIsRepaired"), simulated(netphase, "TestTasksThatComeUpMeanwhileStopTheRepair"), wine(machinetest, "TestQuirkDuplicateNAT")},
			NotVerified: "Docker and HNS themselves",
		},
		{
			What:        "What HNS is known to do (late adapters, tentative addresses, errors after a delete, objects that vanish, a missing DLL) is outlived or named",
			Shown:       []Shown{simulated("bootstrap/host/sim", "TestHNSIsSlowDropsRoutesAndErrsAfterADelete"), wine(machinetest, "TestQuirksThatANodeOutlives"), wine(machinetest, "TestQuirksThatAreNamed")},
			NotVerified: "what else HNS does",
		},
		{
			What: "The host proxy forwards 169.254.170.2:80 to the agent, waits until the address is Preferred, and is there again after a boot",
			Shown: []Shown{
				simulated(netphase, "TestHostProxyIsSetUp"), simulated(netphase, "TestHostProxyAfterABoot"), wine(machinetest, "TestJoin"),
				plain("internal/winetest/fakes", "TestPortProxy"),
			},
			NotVerified: "Windows' IP Helper and http.sys",
		},
		{
			What:        "Name servers are proven before tasks get them; an empty list and 169.254.169.253 are refused",
			Shown:       []Shown{simulated(netphase, "TestNameServersOfDHCP"), simulated(netphase, "TestNameServersFaults"), scenario("dns-empty")},
			NotVerified: "a DHCP client that renews in between",
		},
		{
			What:        "Networks that tasks have left behind are removed, and those in use are reported",
			Shown:       []Shown{simulated(netphase, "TestTaskNetworksThatAreLeftOver"), scenario("busy-task-network")},
			NotVerified: "a network that the real CNI plugin has made",
		},
		{
			What:        "HNS gets exactly the documents that the golden files hold, as hcsshim sends them",
			Shown:       []Shown{plain("bootstrap/hns", "TestDocumentsAreTheGoldenOnes"), wine("bootstrap/hns", "TestUnderWine")},
			NotVerified: "whether HNS accepts them. The documents of trunk networks come with a check list for a real host",
		},
		{
			What:        "The fake HNS behaves as hcsshim expects: its own integration tests pass, all but the one of accelerated cards",
			Shown:       []Shown{wine("internal/winetest", "TestFidelity"), plain("internal/winetest/hnsstore", "TestInvariants")},
			NotVerified: "HNS",
		},
		{
			What:        "Windows' adapters and the simulated machine pass the same contract",
			Shown:       []Shown{simulated("bootstrap/host/contract", "TestSimulated"), wine("bootstrap/host/contract", "TestUnderWine")},
			NotVerified: "the same on real Windows Server: the workflow for it has not run",
		},
		{
			What:        "Endpoints, proxies and partitions are checked before the agent starts, each failure with what to look at",
			Shown:       []Shown{simulated(netphase, "TestEndpointsFaults"), plain(endpoints, "TestProxiesOfEndpoints"), plain(endpoints, "TestEndpointsOfPartitionAndDocument"), plain(winhost, "TestTLSNamesTheStep")},
			NotVerified: "AWS's endpoints",
		},
	}}
}

func boots() Area {
	return Area{"Boots, the service and the way back", []Behaviour{
		{
			What:        "The service is installed, started by the service control manager, runs at once, joins beside user data that applies at the same time, stops, and is removed",
			Shown:       []Shown{wine(machinetest, "TestServiceMode"), wine("bootstrap/service", "TestUnderTheSCM"), simulated("bootstrap/service", "TestServe")},
			NotVerified: "recovery actions, delayed starts, a deadlock in the service control manager",
		},
		{
			What:  "The service reads its document from the instance metadata itself; while these are silent it runs, says so and can be stopped",
			Shown: []Shown{wine(machinetest, "TestServiceWaitsForMetadata"), simulated(runs, "TestRerunNeedsNoMetadata")},
		},
		{
			What:        "A reboot in the middle, or for a rename, is finished by the boot path",
			Shown:       []Shown{simulated(runs, "TestReboots"), scenario("reboot-in-the-middle"), scenario("rename-pending"), wine(machinetest, "TestReboot"), wine(machinetest, "TestRebootInTheMiddle")},
			NotVerified: "that Windows' count of boots and time of boot tell every boot apart",
		},
		{
			What:  "Of two runs at once one waits or refuses",
			Shown: []Shown{simulated(runs, "TestTwoRunsAtOnce"), simulated(runs, "TestLockWaitIsBounded"), wine(machinetest, "TestTwoAtOnce"), wine(machinetest, "TestServiceMode")},
		},
		{
			What:  "A reset takes back everything, finishes one that was killed, and keeps the record of what it could not take back",
			Shown: []Shown{simulated(runs, "TestResetTakesBackEverything"), simulated(runs, "TestKilledResetIsFinishedByTheNext"), simulated(runs, "TestResetForAMILeavesNothingButTheCache"), wine(machinetest, "TestReset"), wine(machinetest, "TestResetForAMI")},
		},
		{
			What:        "ECSTools' own task at boot is disabled, left or refused, as the document says",
			Shown:       []Shown{simulated(agentphase, "TestForeignBoot"), plain(winhost, "TestScheduledTasks")},
			NotVerified: "the task of a real AMI",
		},
		{
			What:        "A domain is proven to be joined before the agent starts",
			Shown:       []Shown{scenario("domain-join-reboot"), scenario("domain-dead-channel")},
			NotVerified: "a domain: neither Wine nor the simulation has a controller",
		},
	}}
}

func diagnosis() Area {
	return Area{"What it says", []Behaviour{
		{
			What:  "The doctor names one cause and what follows from it; each cause is told from its neighbours",
			Shown: []Shown{simulated("bootstrap/doctor", "TestCauses"), wine(machinetest, "TestScreens")},
		},
		{
			What:        "The agent's fatal log lines are recognised, each and no other",
			Shown:       []Shown{plain("bootstrap/agent", "TestEveryFatalEntryIsDiagnosed"), plain("bootstrap/agent", "TestEveryEntryNamesItsLineAndNoOther")},
			NotVerified: "the log of an agent that runs: the lines are taken from its source",
		},
		{
			What:  "Each known failure of Windows containers is met as troubleshooting.md says",
			Shown: []Shown{plain("bootstrap/failures", "TestTestsExist"), simulated(scenarios, "TestExamplesEndAsTheySay")},
		},
		{
			What:  "Every output fits its published schema",
			Shown: []Shown{simulated("bootstrap/cli", "TestOutputFitsTheSchemas"), simulated("bootstrap/cli", "TestFailuresFitTheSchemas")},
		},
		{
			What:        "The verdict is left on the serial console and in the event log, with an id for each phase",
			Shown:       []Shown{simulated(agentphase, "TestVerdict"), simulated(agentphase, "TestVerdictThatNobodyTakesIsAWarning")},
			NotVerified: "COM1 of an instance, and what Event Viewer shows",
		},
		{
			What:        "The timeline tells where the time of a launch went",
			Shown:       []Shown{plain("bootstrap/timeline", "TestTimelineOfALaunch"), plain("bootstrap/timeline", "TestTimelineSaysWhatItDoesNotKnow")},
			NotVerified: "any time of a real launch",
		},
	}}
}
