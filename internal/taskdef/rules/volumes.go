package rules

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func volumeRules() []Rule {
	return []Rule{{
		ID: "DEF070", Severity: Error,
		Title:  "A volume has no valid name",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name the volume with 1 to 255 letters, digits, underscores and hyphens.",
		Source: apiType("Volume"),
		check: eachVolume(func(d *definition, v volume, report reporter) {
			if d.known(v.at("name")) && !isName(v.name()) {
				report(v.at("name"), "%s", nameFault(v.name()))
			}
		}),
	}, {
		ID: "DEF071", Severity: Error,
		Title:  "Two volumes have the same name",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give every volume a name of its own.",
		Source: apiType("Volume"),
		check: func(d *definition, report reporter) {
			for _, i := range repeats(d.volumes, volume.name) {
				report(d.volumes[i].at("name"), "More than one volume is named %q.", d.volumes[i].name())
			}
		},
	}, {
		ID: "DEF072", Severity: Error,
		Title:  "A volume is of more than one kind",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep one of the configurations, or make a volume of each.",
		Source: apiType("Volume"),
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if kinds := v.kinds(); len(kinds) > 1 {
				report(v.path, "Volume %q has %s.", v.name(), strings.Join(kinds, " and "))
			}
		}),
	}, {
		ID: "DEF073", Severity: Error,
		Title:  "More than one volume is configured at launch",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep configuredAtLaunch on one volume.",
		Source: apiType("Volume"),
		check: func(d *definition, report reporter) {
			n := 0
			for _, v := range d.volumes {
				if !value(v.ConfiguredAtLaunch) {
					continue
				}
				if n++; n > 1 {
					report(v.at("configuredAtLaunch"), "Volume %q is not the first one that is configured at launch.", v.name())
				}
			}
		},
	}, {
		ID: "DEF077", Severity: Warning,
		Title:  "The domain of an FSx volume is not fully qualified",
		Effect: "AWS asks for the fully qualified name of an Active Directory domain. With a short one the file system is not found.",
		Remedy: "Give the whole name, such as corp.example.com.",
		Source: apiType("FSxWindowsFileServerAuthorizationConfig"),
		check: eachFSx(func(_ *definition, v volume, fsx types.FSxWindowsFileServerVolumeConfiguration, report reporter) {
			if domain := value(value(fsx.AuthorizationConfig).Domain); domain != "" && !strings.Contains(domain, ".") {
				report(v.at("fsxWindowsFileServerVolumeConfiguration").Member("authorizationConfig").Member("domain"), "The domain of volume %q has no dot.", v.name())
			}
		}),
	}, {
		ID: "WIN054", Severity: Error,
		Title:  "Amazon EFS is not for Windows",
		Effect: "ECS never places the task: no agent on Windows registers the EFS capability.",
		Remedy: "Use FSx for Windows File Server, or a bind mount.",
		Source: efsGuide + "; " + agentOnWindows,
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if v.EfsVolumeConfiguration != nil {
				report(v.at("efsVolumeConfiguration"), "Volume %q is on Amazon EFS.", v.name())
			}
		}),
	}, {
		ID: "WIN055", Severity: Error,
		Title:  "Amazon S3 Files is not for Windows",
		Effect: "ECS never places the task: no agent on Windows registers the capability.",
		Remedy: "Use FSx for Windows File Server, or a bind mount.",
		Source: agentOnWindows,
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if v.S3filesVolumeConfiguration != nil {
				report(v.at("s3filesVolumeConfiguration"), "Volume %q is on Amazon S3 Files.", v.name())
			}
		}),
	}, {
		ID: "WIN056", Severity: Warning,
		Title:  "A Docker volume may not work on Windows",
		Effect: "AWS's pages disagree: one says that Windows containers may use Docker volumes of the local driver, another that they may not.",
		Remedy: "Use a bind mount: give the volume host, with or without a sourcePath.",
		Source: apiType("DockerVolumeConfiguration") + "; " + windowsGuide,
		check: eachVolume(func(d *definition, v volume, report reporter) {
			docker := v.DockerVolumeConfiguration
			at := v.at("dockerVolumeConfiguration")
			if docker != nil && d.known(at.Member("driver")) && isLocal(docker) {
				report(at, "Volume %q is a Docker volume.", v.name())
			}
		}),
	}, {
		ID: "WIN057", Severity: Error,
		Title:  "A Docker volume has a driver that Windows does not support",
		Effect: "ECS never places the task: instances advertise the drivers they have, and Windows containers support local alone.",
		Remedy: "Use FSx for Windows File Server, or a bind mount.",
		Source: apiType("DockerVolumeConfiguration"),
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if docker := v.DockerVolumeConfiguration; docker != nil && !isLocal(docker) {
				report(v.at("dockerVolumeConfiguration").Member("driver"), "The driver of volume %q is not local.", v.name())
			}
		}),
	}, {
		ID: "WIN058", Severity: Error,
		Title:  "FSx for Windows File Server does not work on Windows Server 2016",
		Effect: "ECS never places the task: the agent on Windows Server 2016 does not register the capability.",
		Remedy: "Use Windows Server 2019 or later.",
		Source: fsxGuide,
		check: eachFSx(func(d *definition, v volume, _ types.FSxWindowsFileServerVolumeConfiguration, report reporter) {
			if releaseOfFamily(d.osFamily()) == "2016" {
				report(v.at("fsxWindowsFileServerVolumeConfiguration"), "Volume %q is on FSx and the task runs on Windows Server 2016.", v.name())
			}
		}),
	}, {
		ID: "WIN059", Severity: Error,
		Title:  "The credentials of an FSx volume are not an ARN",
		Effect: "The agent cannot read the credentials, so the task fails.",
		Remedy: "Give the ARN of a Secrets Manager secret or a Systems Manager parameter that holds them.",
		Source: apiType("FSxWindowsFileServerAuthorizationConfig"),
		check: eachFSx(func(_ *definition, v volume, fsx types.FSxWindowsFileServerVolumeConfiguration, report reporter) {
			if p := value(value(fsx.AuthorizationConfig).CredentialsParameter); p != "" && !isSecretARN(p) {
				report(v.at("fsxWindowsFileServerVolumeConfiguration").Member("authorizationConfig").Member("credentialsParameter"), "Those of volume %q are the ARN of neither.", v.name())
			}
		}),
	}}
}

// kinds lists the members that make the volume a volume of some kind.
func (v volume) kinds() []string {
	var kinds []string
	for _, kind := range []struct {
		member string
		set    bool
	}{
		{"configuredAtLaunch", value(v.ConfiguredAtLaunch)},
		{"dockerVolumeConfiguration", v.DockerVolumeConfiguration != nil},
		{"efsVolumeConfiguration", v.EfsVolumeConfiguration != nil},
		{"fsxWindowsFileServerVolumeConfiguration", v.FsxWindowsFileServerVolumeConfiguration != nil},
		{"host", v.Host != nil},
		{"s3filesVolumeConfiguration", v.S3filesVolumeConfiguration != nil},
	} {
		if kind.set {
			kinds = append(kinds, kind.member)
		}
	}
	return kinds
}

// isLocal reports whether a Docker volume has the driver local, which is also
// Docker's default.
func isLocal(docker *types.DockerVolumeConfiguration) bool {
	driver := value(docker.Driver)
	return driver == "" || driver == "local"
}

// eachFSx makes a check out of one for a single FSx volume.
func eachFSx(one func(d *definition, v volume, fsx types.FSxWindowsFileServerVolumeConfiguration, report reporter)) check {
	return eachVolume(func(d *definition, v volume, report reporter) {
		if fsx := v.FsxWindowsFileServerVolumeConfiguration; fsx != nil {
			one(d, v, *fsx, report)
		}
	})
}
