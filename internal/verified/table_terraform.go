package verified

func terraform() Area {
	return Area{"Terraform", []Behaviour{
		{
			What:  "A task definition that ECS would reject or never place is refused in the plan, at the attribute's path",
			Shown: []Shown{plain("internal/taskdef/rules", "TestExamples"), cli(definition, "TestMistakesNameTheirPlace"), cli(definition, "TestStrictTurnsWarningsIntoErrors")},
		},
		{
			What:  "What means the same plans no change; a change registers one revision in place",
			Shown: []Shown{plain("internal/taskdef", "TestChangesAreEmptyExactlyIfEqual"), cli(definition, "TestWhatMeansTheSameIsNoChange"), cli(definition, "TestAChangeRegistersARevisionInPlace")},
		},
		{
			What:  "An import plans no change, by every key; what would get lost is refused",
			Shown: []Shown{cli(definition, "TestImportByEveryKeyPlansNoChange"), cli(definition, "TestImportRefusesWhatWouldGetLost"), cli(cluster, "TestImportForeign"), inProcess(task, "TestImport")},
		},
		{
			What:  "Values that are unknown yet fail no plan",
			Shown: []Shown{cli(definition, "TestAPlanFullOfUnknowns"), cli(cluster, "TestUnknowns"), plain("internal/taskdef/rules", "TestUnknownsNeverAddFindings")},
		},
		{
			What: "A lost answer, a killed apply or any single fault leaves nothing behind twice, and the next apply finishes",
			Shown: []Shown{
				cli(definition, "TestALostResponseRegistersOnce"), cli(cluster, "TestLostResponseOfCreate"), inProcess(task, "TestJobThatAKilledApplyLeft"),
				inProcess("provider", "TestKilledStartWithToken"), inProcess("provider", "TestFaults"),
			},
		},
		{
			What:  "A change behind Terraform's back is seen",
			Shown: []Shown{cli(definition, "TestAnOutsideDeregistrationPlansARegistration"), cli(cluster, "TestDisappears"), inProcess(task, "TestReadOfWhatIsGone")},
		},
		{
			What:        "A task runs, shows its network interface, and is stopped; a job keeps its result",
			Shown:       []Shown{cli(task, "TestAccTask"), cli(task, "TestAccTaskJob"), inProcess(task, "TestCreateShowsTheInterface")},
			NotVerified: "a task on a real instance",
		},
		{
			What:        "Why a task was not placed is said in the words of the attribute to change",
			Shown:       []Shown{plain("provider/task/placement", "TestExplain"), inProcess(task, "TestPlanSaysItFirst")},
			NotVerified: "how ECS words and orders its reasons today",
		},
		{
			What:  "User data that Terraform renders is read by the bootstrap as it was meant",
			Shown: []Shown{cli("provider/userdata", "TestTheInstanceReadsWhatTerraformWrote"), plain("internal/userdata", "TestExtractUndoesRender")},
		},
		{
			What:  "No secret is in a plan, a diagnostic or a log",
			Shown: []Shown{cli("provider", "TestSecretsStayOut"), inProcess("provider", "TestNoSecretInLogsAndDiagnostics"), inProcess(task, "TestSecretsStayOut")},
		},
		{
			What:        "Every published example applies, and plans no change after that",
			Shown:       []Shown{cli("provider", "TestExamplesApply")},
			NotVerified: "on AWS",
		},
	}}
}

func sandbox() Area {
	return Area{"The sandbox", []Behaviour{
		{
			What:        "Clients that were not written here register definitions, run tasks and read them as from AWS",
			Shown:       []Shown{clients("internal/sandbox", "TestClientsNobodyHereWrote"), clients("internal/sandbox", "TestClientsNobodyHereWroteRunTasks")},
			NotVerified: "that AWS refuses, orders and words as the sandbox does; each rule names its source",
		},
		{
			What:  "Its instances run the bootstrap's own phases on simulated machines, and say so",
			Shown: []Shown{simulated("bootstrap/simnode", "TestAnInstanceRunsItsUserData"), plain("internal/sandbox/cmd/ecswin-sandbox", "TestInstancesSayThatTheyAreSimulated")},
		},
		{
			What:  "Throttling, faults and late answers come as AWS's SDK expects them",
			Shown: []Shown{plain("internal/sandbox", "TestSDKRetriesUntilTheBucketFills"), plain("internal/sandbox", "TestFaultsStrikeWhenTheyShould")},
		},
	}}
}
