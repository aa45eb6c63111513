package doctor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// serviceRuns returns the check of a service that has to run.
func serviceRuns(name string, code fault.Code) func(context.Context, *Subject) Finding {
	return func(ctx context.Context, s *Subject) Finding {
		service, err := s.Host.Services.Service(ctx, name)
		switch {
		case errors.Is(err, host.ErrNotFound):
			return bad(code, "there is no service %s", name)
		case err != nil:
			return unknown("asking for the service "+name, err)
		case service.State != host.ServiceRunning:
			return bad(code, "the service %s is %s", name, service.State).with("start type", service.Config.StartType)
		}
		return ok("the service %s runs", name)
	}
}

func dockerService(ctx context.Context, s *Subject) Finding {
	service, err := s.Host.Services.Service(ctx, agent.DockerService)
	switch {
	case errors.Is(err, host.ErrNotFound):
		return bad("E_DOCKER_MISSING", "there is no service Docker")
	case err != nil:
		return unknown("asking for the service Docker", err)
	case service.State == host.ServiceRunning:
		return ok("the service Docker runs").with("start type", service.Config.StartType)
	case service.State == host.ServiceStartPending:
		return warn("the service Docker is starting").remedy("look again in a minute")
	case service.Config.StartType == host.StartDisabled:
		return bad("E_DOCKER_DISABLED", "the service Docker is disabled")
	}
	f := bad("E_DOCKER_START", "the service Docker is %s", service.State).with("exit code", "%d", service.ExitCode)
	return timedOut(ctx, s, agent.DockerService, service, f)
}

// The API versions of Docker of which the agent needs one (agent/dockerclient, supported versions on Windows).
const oldestAPI, newestAPI = 24, 30

func docker(ctx context.Context, s *Subject) Finding {
	if err := s.Host.Docker.Ping(ctx); err != nil {
		return bad("E_DOCKER_NO_ANSWER", "%v", err)
	}
	info, err := s.Host.Docker.Info(ctx)
	if err != nil {
		return bad("E_DOCKER_NO_ANSWER", "%v", err)
	}
	newest, err1 := minor(info.APIVersion)
	oldest, err2 := minor(info.MinAPIVersion)
	f := ok("Docker %s answers", info.Version)
	switch {
	case info.OSType != "windows":
		f = bad("E_DOCKER_LINUX", "Docker serves %s containers", info.OSType)
	case err1 == nil && err2 == nil && (newest < oldestAPI || oldest > newestAPI):
		f = bad("E_DOCKER_API", "Docker takes the API versions %s to %s, and the agent speaks 1.24 to 1.30", info.MinAPIVersion, info.APIVersion)
	}
	return f.with("API", "%s to %s", info.MinAPIVersion, info.APIVersion)
}

// minor is the minor number of an API version as 1.41.
func minor(version string) (int, error) {
	var major, m int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &m); err != nil {
		return 0, fmt.Errorf("reading the API version: %w", err)
	}
	return major*1000 - 1000 + m, nil
}

func pauseImage(ctx context.Context, s *Subject) Finding {
	if s.Doc != nil && !s.Doc.AWSVPC.Enabled {
		return ok("not needed without awsvpc")
	}
	has, err := s.Host.Docker.HasImage(ctx, agent.PauseImage)
	switch {
	case err != nil:
		return unknown("looking for the image "+agent.PauseImage, err)
	case !has:
		return bad("E_PAUSE_IMAGE_MISSING", "%s is not in Docker's store", agent.PauseImage)
	}
	return ok("%s is there", agent.PauseImage)
}
