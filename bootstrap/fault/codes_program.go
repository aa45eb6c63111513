package fault

// programCodes are the numbers 1 to 99: the program itself, its arguments and its document.
func programCodes() []Info {
	return []Info{
		{
			Code: "E_INTERNAL", Number: 1, Exit: Internal,
			Text:   "the bootstrap came upon something that nobody foresaw",
			Remedy: "run `ecswin-bootstrap doctor --bundle bundle.zip` and report the bundle to the project",
		},
		{
			Code: "E_USAGE", Number: 2, Exit: Usage,
			Text:     "the command line is not understood",
			Remedy:   "run `ecswin-bootstrap --help`, or the command with `--help`",
			Terminal: true,
		},
		{
			Code: "E_NOT_WINDOWS", Number: 3, Exit: Unsupported,
			Text: "the bootstrap works on a Windows container instance, and this machine is none",
			Remedy: "run it on the instance; here, try it on a simulated machine: " +
				"`ecswin-bootstrap apply --simulate examples/scenarios/clean.yaml`",
			Terminal: true,
		},
		{
			Code: "E_CONFIG", Number: 4, Exit: Config,
			Text:     "the NodeConfig document is not valid",
			Remedy:   "correct the members named, and check the document with `ecswin-bootstrap config check --config FILE`",
			Terminal: true,
		},
		{
			Code: "E_CONFIG_SOURCE", Number: 5, Exit: Config,
			Text:   "the NodeConfig document cannot be read from its source",
			Remedy: "name a source that answers with `--config FILE` or `--config-source imds://user-data | file://PATH | ssm://NAME`",
		},
		{
			Code: "E_CONFIG_NONE", Number: 6, Exit: Config,
			Text:     "the source holds no NodeConfig document",
			Remedy:   "render the user data with `ecswin-bootstrap userdata` or the data source ecswin_user_data, or give a file with `--config FILE`",
			Terminal: true,
		},
		{
			Code: "E_SCENARIO", Number: 7, Exit: Usage,
			Text:     "the scenario cannot be simulated",
			Remedy:   "name a scenario file, such as examples/scenarios/clean.yaml, and correct what the message names",
			Terminal: true,
		},
		{
			Code: "E_CONFIRM", Number: 8, Exit: Usage,
			Text:     "the command changes the machine and wants a yes, and nobody answered yes",
			Remedy:   "run it in a terminal and answer yes, or add `--yes`",
			Terminal: true,
		},
		{
			Code: "E_OUTPUT", Number: 9, Exit: Usage,
			Text:   "a file that the command was asked to write could not be written",
			Remedy: "name a file in a folder that exists and that you may write to",
		},
		{
			Code: "E_INTERRUPTED", Number: 10, Exit: Interrupted,
			Text:   "the run was interrupted",
			Remedy: "run it again: what was done is recorded, and a rerun goes on from there",
		},
		{
			Code: "E_CONVERT", Number: 11, Exit: Config,
			Text:     "nothing was found to convert into a NodeConfig document",
			Remedy:   "give a script or line that calls Initialize-ECSAgent or sets ECS_* variables, or use `--environment`",
			Terminal: true,
		},
		{
			Code: "E_USERDATA", Number: 12, Exit: Config,
			Text:     "the user data would not do what it is meant to",
			Remedy:   "correct what the message names; `ecswin-bootstrap userdata` renders user data that the launch agents understand",
			Terminal: true,
		},
		{
			Code: "E_NOT_APPLIED", Number: 13, Exit: VerifyTimeout,
			Text:   "the bootstrap has not run on this instance, and nobody else has set up the agent",
			Remedy: "run `ecswin-bootstrap apply`; if user data should have done so, look at the log of EC2Launch",
		},
		{
			Code: "E_SIGNAL_SETUP", Number: 14, Exit: Config,
			Text:     "there is nobody to signal: the document names no lifecycle hook or stack",
			Remedy:   "give `signal.auto_scaling.hook` or `signal.cloudformation` in the document",
			Terminal: true,
		},
	}
}
