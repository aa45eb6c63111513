package rules

import (
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func requiredRules() []Rule {
	return []Rule{{
		ID: "DEF100", Severity: Error,
		Title:  "A required member is missing",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set the member, or leave out the structure that holds it.",
		Source: registerAPI,
		check:  checkRequired,
	}}
}

// need is a member that its structure cannot do without.
type need struct {
	path taskdef.Path
	set  bool
}

func checkRequired(d *definition, report reporter) {
	for _, n := range slices.Concat(containerNeeds(d), volumeNeeds(d)) {
		if !n.set && d.known(n.path) {
			report(n.path, "%s has no value.", n.path)
		}
	}
}

func containerNeeds(d *definition) []need {
	var needs []need
	for _, c := range d.containers {
		for i, dep := range c.DependsOn {
			at := c.at("dependsOn").Index(i)
			needs = append(needs,
				need{at.Member("containerName"), value(dep.ContainerName) != ""},
				need{at.Member("condition"), dep.Condition != ""})
		}
		for _, s := range c.Secrets {
			needs = append(needs, need{c.at("secrets").Key(value(s.Name)).Member("valueFrom"), value(s.ValueFrom) != ""})
		}
		for i, f := range c.EnvironmentFiles {
			at := c.at("environmentFiles").Index(i)
			needs = append(needs,
				need{at.Member("type"), f.Type != ""},
				need{at.Member("value"), value(f.Value) != ""})
		}
		if h := c.HealthCheck; h != nil {
			needs = append(needs, need{c.at("healthCheck").Member("command"), len(h.Command) > 0})
		}
		if l := c.LogConfiguration; l != nil {
			needs = append(needs, need{c.at("logConfiguration").Member("logDriver"), l.LogDriver != ""})
			for _, s := range l.SecretOptions {
				at := c.at("logConfiguration").Member("secretOptions").Key(value(s.Name))
				needs = append(needs, need{at.Member("valueFrom"), value(s.ValueFrom) != ""})
			}
		}
		if r := c.RepositoryCredentials; r != nil {
			needs = append(needs, need{c.at("repositoryCredentials").Member("credentialsParameter"), value(r.CredentialsParameter) != ""})
		}
		if r := c.RestartPolicy; r != nil {
			needs = append(needs, need{c.at("restartPolicy").Member("enabled"), r.Enabled != nil})
		}
	}
	return needs
}

func volumeNeeds(d *definition) []need {
	var needs []need
	for _, v := range d.volumes {
		fsx := v.FsxWindowsFileServerVolumeConfiguration
		if fsx == nil {
			continue
		}
		at := v.at("fsxWindowsFileServerVolumeConfiguration")
		auth := at.Member("authorizationConfig")
		needs = append(needs,
			need{at.Member("fileSystemId"), value(fsx.FileSystemId) != ""},
			need{at.Member("rootDirectory"), value(fsx.RootDirectory) != ""},
			need{auth, fsx.AuthorizationConfig != nil})
		if a := fsx.AuthorizationConfig; a != nil {
			needs = append(needs,
				need{auth.Member("credentialsParameter"), value(a.CredentialsParameter) != ""},
				need{auth.Member("domain"), value(a.Domain) != ""})
		}
	}
	return needs
}
