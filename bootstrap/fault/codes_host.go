package fault

// hostCodes are the numbers 100 to 199: the machine, its metadata, its state.
func hostCodes() []Info {
	return []Info{
		{
			Code: "E_NOT_ELEVATED", Number: 100, Exit: Unsupported, Terminal: true,
			Text:   "the program does not run with administrator rights",
			Remedy: "run it from user data, as a service, or in a console that was opened with `Run as administrator`",
		},
		{
			Code: "E_OS_UNSUPPORTED", Number: 101, Exit: Unsupported, Terminal: true,
			Text:   "the ECS agent does not know this Windows",
			Remedy: "use an ECS-optimized AMI of Windows Server 2019, 2022 or 2025",
		},
		{
			Code: "E_OS_NO_AWSVPC", Number: 102, Exit: Unsupported, Terminal: true,
			Text:   "Windows Server 2016 has no awsvpc mode",
			Remedy: "use an ECS-optimized AMI of Windows Server 2019 or later, or set `awsvpc.enabled: false`",
		},
		{
			Code: "E_CONTAINERS_FEATURE", Number: 103, Exit: Unsupported, Terminal: true,
			Text:   "the Windows feature Containers is not installed",
			Remedy: "use an ECS-optimized AMI, or run `Install-WindowsFeature Containers` and reboot",
		},
		{
			Code: "E_DISK_FULL", Number: 104, Exit: Unsupported, Terminal: true,
			Text:   "the system drive has no room",
			Remedy: "give the instance a larger root volume and extend the partition, or free space on C:",
		},
		{
			Code: "E_LOCKED", Number: 110, Exit: TryAgain,
			Text:   "another run of the bootstrap is at work on this machine",
			Remedy: "wait until it has ended, and run again; `ecswin-bootstrap status` shows how far it is",
		},
		{
			Code: "E_STATE_FOLDER", Number: 111, Exit: Unsupported, Terminal: true,
			Text: "the state folder is not safe: it is a reparse point, or somebody other than SYSTEM and Administrators owns it",
			Remedy: "find out who made it, remove it, and run again; what stands in it is not trusted, " +
				"because whoever owns the folder could have the program do as he likes",
		},
		{
			Code: "E_STATE_CORRUPT", Number: 112, Exit: Unsupported, Terminal: true,
			Text: "the state file cannot be read",
			Remedy: "nothing is lost that `apply` needs: it keeps the file under another name and begins anew. " +
				"`reset` does not know what to undo; look into the file kept, or replace the instance",
		},
		{
			Code: "E_STATE_NEWER", Number: 113, Exit: Unsupported, Terminal: true,
			Text:   "the state file was written by a newer version of the program",
			Remedy: "run that version; to go back to this one, run `reset` with the newer one first",
		},
		{
			Code: "E_STATE_UNREADABLE", Number: 114, Exit: Dependency,
			Text:   "the state file is there and Windows does not let it be read",
			Remedy: "look for a program that holds it, as a virus scanner, and run again",
		},
		{
			Code: "E_STATE_UNWRITABLE", Number: 115, Exit: Dependency, Follows: []Code{"E_DISK_FULL", "E_STATE_FOLDER"},
			Text:   "the state file cannot be written, so that no change is made that could not be taken back",
			Remedy: "free space on C:, look for a program that holds the file, as a virus scanner, and run again",
		},
		{
			Code: "E_STATE_FOREIGN", Number: 116, Exit: TryAgain,
			Text:   "the instance metadata gave no document, and the one in the state is another instance's, baked into the AMI",
			Remedy: "run again: the metadata answers now; and run `ecswin-bootstrap reset --for-ami` before the next image is made",
		},
		{
			Code: "E_IMDS_UNREACHABLE", Number: 120, Exit: Dependency, Follows: []Code{"E_NETWORK_LOST"},
			Text: "the instance metadata service does not answer",
			Remedy: "look at the route to 169.254.169.254 with `route print` and at the firewall; " +
				"`\"%ProgramFiles%\\Amazon\\EC2Launch\\EC2Launch.exe\" run-task add-routes` sets the routes anew",
		},
		{
			Code: "E_IMDS_DISABLED", Number: 121, Exit: Dependency, Terminal: true,
			Text:   "the instance metadata service is turned off for this instance",
			Remedy: "turn it on: `aws ec2 modify-instance-metadata-options --http-endpoint enabled --instance-id ID`, and in the launch template",
		},
		{
			Code: "E_IMDS_TOKEN", Number: 122, Exit: Dependency,
			Text: "the instance metadata service gives no session token",
			Remedy: "see that no proxy stands between (NO_PROXY has to hold 169.254.169.254), and that the instance's hop limit is at least 1: " +
				"`aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id ID`",
		},
		{
			Code: "E_IMDS_CONTENT", Number: 123, Exit: Dependency, Follows: []Code{"E_NETWORK_LOST"},
			Text:   "the instance metadata service answers, but not with what every instance in a VPC has",
			Remedy: "see who answers at 169.254.169.254: `ecswin-bootstrap doctor --only net`; a proxy or another host may have taken the address",
		},
		{
			Code: "E_NO_CREDENTIALS", Number: 130, Exit: Credentials, Terminal: true, Follows: []Code{"E_NETWORK_LOST", "E_IMDS_UNREACHABLE"},
			Text:   "the instance has no credentials",
			Remedy: "attach an instance profile whose role has the policy AmazonEC2ContainerServiceforEC2Role, in the launch template too",
		},
		{
			Code: "E_CREDENTIALS_REFUSED", Number: 131, Exit: Credentials, Follows: []Code{"E_CLOCK_SKEW"},
			Text:   "AWS refuses the instance's credentials",
			Remedy: "see that the role of the instance profile exists and that its trust policy names ec2.amazonaws.com",
		},
		{
			Code: "E_CLOCK_SKEW", Number: 132, Exit: Credentials,
			Text:   "the machine's clock differs so much from AWS's that requests are refused",
			Remedy: "run `w32tm /resync /force`; the time source of an instance is 169.254.169.123",
		},
		{
			Code: "E_SECRET", Number: 133, Exit: Credentials, Follows: []Code{"E_NO_CREDENTIALS", "E_CLOCK_SKEW"},
			Text: "a reference of the document could not be resolved",
			Remedy: "see that the parameter or secret exists, and that the instance role may read it: ssm:GetParameter or " +
				"secretsmanager:GetSecretValue, and kms:Decrypt for a key of your own",
		},
		{
			Code: "E_SETUP_RUNNING", Number: 140, Exit: Dependency,
			Text:   "Windows Setup (Sysprep's specialize pass or OOBE) has not ended",
			Remedy: "run the bootstrap from user data or as a service, which come after it; on a hanging Setup look at C:\\Windows\\Panther\\setupact.log",
		},
		{
			Code: "E_REBOOT_PENDING", Number: 141, Exit: RebootNeeded,
			Text: "Windows has to reboot before the node can join: a new name or a domain join takes effect at the next boot",
			Remedy: "reboot, and run again; with the boot path (`boot_path: true`) the service goes on by itself, " +
				"with `reboot.policy: if_required` the bootstrap asks for the reboot",
		},
		{
			Code: "E_REBOOT_LIMIT", Number: 142, Exit: Unsupported, Terminal: true,
			Text:   "Windows still wants a reboot after as many as the document allows",
			Remedy: "find what asks for it (a rename or domain join that fails again and again), or raise `reboot.limit`",
		},
		{
			Code: "E_REBOOT_REFUSED", Number: 143, Exit: RebootNeeded,
			Text:   "Windows refused the reboot that it wants",
			Remedy: "reboot by hand, and run again",
		},
		{
			Code: "E_DOMAIN_NOT_JOINED", Number: 150, Exit: Dependency,
			Text:   "the machine is in no domain, and the document requires one",
			Remedy: "look at what joins it, as the SSM document AWS-JoinDirectoryServiceDomain; raise `domain.wait`, or drop `domain.require`",
		},
		{
			Code: "E_DOMAIN_OTHER", Number: 151, Exit: Unsupported, Terminal: true,
			Text:   "the machine is in another domain than the document requires",
			Remedy: "correct `domain.name`, or join the machine to the right domain before the bootstrap runs",
		},
		{
			Code: "E_DOMAIN_CHANNEL", Number: 152, Exit: Dependency,
			Text:   "the machine is in the domain, but no domain controller vouches for it",
			Remedy: "run `nltest /sc_verify:DOMAIN`; see that its DNS servers know the domain, and that the security groups let it reach the controllers",
		},
		{
			Code: "E_NETWORK_LOST", Number: 160, Exit: Network,
			Text: "the instance metadata or the default route did not come back after a change of the host's network, nor after they were restored",
			Remedy: "reboot the instance: Windows and EC2Launch set address and routes anew; " +
				"`ecswin-bootstrap doctor --bundle bundle.zip` keeps what was seen",
		},
		{
			Code: "E_NO_PRIMARY_ROUTE", Number: 161, Exit: Network,
			Text:   "no interface has a default route, so that the primary one cannot be told",
			Remedy: "look at `ipconfig /all`: an address 169.254.x.x means that DHCP gave none; look at the subnet's route table",
		},
		{
			Code: "E_BOOT_PATH", Number: 170, Exit: Dependency,
			Text:   "the service that runs the bootstrap at each boot could not be set up",
			Remedy: "look into the event log of the Service Control Manager, or set `boot_path: false` and run the bootstrap at each boot yourself",
		},
		{
			Code: "E_UNDO", Number: 171, Exit: Dependency,
			Text:   "some changes could not be taken back; their records are kept",
			Remedy: "remove the cause that stands with each, and run `ecswin-bootstrap reset` again",
		},
		{
			Code: "E_DEADLINE", Number: 180, Exit: VerifyTimeout,
			Text:   "the time was over before the work was done",
			Remedy: "look at the phase that took longest; raise `timeouts.total`, or the timeout of that phase, if it only is slow",
		},
		{
			Code: "E_STEP_FAILED", Number: 181, Exit: Dependency,
			Text: "Windows, Docker or AWS did not do what was asked of it, and there is no narrower name for it",
			Remedy: "the message says what was asked and what came back; run again, and if it stays, " +
				"run `ecswin-bootstrap doctor --bundle bundle.zip` and report the bundle to the project",
		},
	}
}
