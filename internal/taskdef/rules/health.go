package rules

func healthRules() []Rule {
	return []Rule{{
		ID: "DEF040", Severity: Error,
		Title:  "A number of a health check is out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give an interval from 5 to 300 seconds, a timeout from 2 to 60, 1 to 10 retries, and a startPeriod from 0 to 300.",
		Source: apiType("HealthCheck"),
		check:  eachContainer(checkHealthNumbers),
	}, {
		ID: "DEF041", Severity: Error,
		Title:  "A health check's command does not say how to run it",
		Effect: "The API reference requires CMD or CMD-SHELL in front. Without it Docker runs no check, and the container never becomes healthy.",
		Remedy: "Begin the command with CMD, to run a program, or with CMD-SHELL, to run a line with cmd, and let the program or line follow.",
		Source: apiType("HealthCheck"),
		check: eachContainer(func(c *container, report reporter) {
			command := value(c.HealthCheck).Command
			if len(command) == 0 {
				return
			}
			at := c.at("healthCheck").Member("command")
			switch command[0] {
			case "NONE":
			case "CMD", "CMD-SHELL":
				if len(command) == 1 {
					report(at, "The health check command of container %q ends after %s.", c.name(), command[0])
				}
			default:
				if c.d.known(at.Index(0)) {
					report(at.Index(0), "The health check command of container %q begins with neither CMD nor CMD-SHELL.", c.name())
				}
			}
		}),
	}}
}

func checkHealthNumbers(c *container, report reporter) {
	h := value(c.HealthCheck)
	for _, bound := range []struct {
		member   string
		n        *int32
		min, max int32
	}{
		{"interval", h.Interval, 5, 300},
		{"timeout", h.Timeout, 2, 60},
		{"retries", h.Retries, 1, 10},
		{"startPeriod", h.StartPeriod, 0, 300},
	} {
		if n := bound.n; n != nil && (*n < bound.min || *n > bound.max) {
			report(c.at("healthCheck").Member(bound.member), "The %s of container %q is %d, not from %d to %d.", bound.member, c.name(), *n, bound.min, bound.max)
		}
	}
}
