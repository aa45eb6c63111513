package winhost

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Labels and options that name things to Docker and ECS.
const (
	// hnsIDOption holds HNS's id of a network; source: moby, libnetwork/drivers/windows/labels.go.
	hnsIDOption = "com.docker.network.windowsshim.hnsid"
	// taskLabel is on every container that the ECS agent starts.
	taskLabel = "com.amazonaws.ecs.task-arn"
)

// dockerClient speaks to the engine over a stream that dial opens. Its paths carry no API version, so that the engine
// answers in its own: engines of years ago and of today are both served.
type dockerClient struct {
	http *http.Client
}

func newDocker(dial func(ctx context.Context) (net.Conn, error)) dockerClient {
	return dockerClient{http: plainClient(func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) })}
}

// Ping implements host.Docker.
func (d dockerClient) Ping(ctx context.Context) error {
	return d.get(ctx, "/_ping", nil)
}

// Info implements host.Docker.
func (d dockerClient) Info(ctx context.Context) (host.DockerInfo, error) {
	var v struct {
		OS            string `json:"Os"`
		Version       string
		APIVersion    string `json:"ApiVersion"`
		MinAPIVersion string
	}
	if err := d.get(ctx, "/version", &v); err != nil {
		return host.DockerInfo{}, err
	}
	return host.DockerInfo{OSType: v.OS, Version: v.Version, APIVersion: v.APIVersion, MinAPIVersion: v.MinAPIVersion}, nil
}

// Network implements host.Docker.
func (d dockerClient) Network(ctx context.Context, name string) (host.DockerNetwork, error) {
	var v struct {
		ID      string `json:"Id"`
		Driver  string
		Options map[string]string
		IPAM    struct{ Config []struct{ Subnet string } }
	}
	if err := d.get(ctx, "/networks/"+url.PathEscape(name), &v); err != nil {
		return host.DockerNetwork{}, err
	}
	network := host.DockerNetwork{ID: v.ID, Driver: v.Driver, HNSID: v.Options[hnsIDOption]}
	for _, c := range v.IPAM.Config {
		// Docker shows 0.0.0.0/0 for a network whose subnet it left to HNS.
		if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Bits() > 0 {
			network.Subnets = append(network.Subnets, p)
		}
	}
	return network, nil
}

// HasImage implements host.Docker.
func (d dockerClient) HasImage(ctx context.Context, reference string) (bool, error) {
	var images []struct{ ID string }
	filters, err := json.Marshal(map[string][]string{"reference": {reference}})
	if err != nil {
		return false, fmt.Errorf("asking Docker for image %s: %w", reference, err)
	}
	err = d.get(ctx, "/images/json?filters="+url.QueryEscape(string(filters)), &images)
	return len(images) > 0, err
}

// Containers implements host.Docker.
func (d dockerClient) Containers(ctx context.Context) ([]host.Container, error) {
	var list []struct {
		ID     string `json:"Id"`
		Image  string
		Labels map[string]string
	}
	if err := d.get(ctx, "/containers/json", &list); err != nil {
		return nil, err
	}
	containers := make([]host.Container, 0, len(list))
	for _, c := range list {
		containers = append(containers, host.Container{ID: c.ID, Image: c.Image, TaskARN: c.Labels[taskLabel]})
	}
	return containers, nil
}

// get asks for one path and decodes the answer into v, unless v is nil.
func (d dockerClient) get(ctx context.Context, path string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, 2*requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker"+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("asking Docker for %s: %w", path, err)
	}
	answer, err := d.http.Do(request)
	if err != nil {
		return fmt.Errorf("asking Docker for %s: %w: %w", path, host.ErrUnreachable, err)
	}
	defer func() { free(answer.Body.Close) }()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return fmt.Errorf("asking Docker for %s: %w", path, host.ErrNotFound)
	default:
		return fmt.Errorf("asking Docker for %s: HTTP status %d", path, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, 8*maxBody))
	if err != nil {
		return fmt.Errorf("asking Docker for %s: the answer broke off: %w: %w", path, host.ErrUnreachable, err)
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("asking Docker for %s: the answer is not the JSON of Docker: %w", path, err)
	}
	return nil
}
