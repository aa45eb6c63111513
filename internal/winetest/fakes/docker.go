package fakes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// DockerPlan is how the fake Docker engine behaves. A test writes it to the machine; each start of the service and each
// request read it anew.
type DockerPlan struct {
	// NATSubnet is the subnet of "nat" where daemon.json has no fixed-cidr.
	NATSubnet string
	// NoNAT does not make the network "nat" at the start, as "bridge": "none" in daemon.json does.
	NoNAT bool
	// StartFails ends the service at its start.
	StartFails bool
	// Status answers each request with this HTTP status; 0 answers properly.
	Status int
	// Images are the names and tags that are there.
	Images []string
	// Containers run.
	Containers []DockerContainer
}

// DockerContainer is a running container.
type DockerContainer struct {
	ID     string `json:"Id"`
	Image  string
	Labels map[string]string
}

// DefaultDocker is a fresh engine of an ECS-optimized AMI: with the agent's pause image, without containers.
func DefaultDocker() DockerPlan {
	return DockerPlan{NATSubnet: "172.29.0.0/20", Images: []string{"amazon/amazon-ecs-pause:0.1.0"}}
}

// Docker is a Docker engine on a machine's networking. It makes "nat", which neither ECS nor the bootstrap does.
type Docker struct {
	HNS *hnsstore.Store
	// PlanFile is where the plan is; without it DefaultDocker holds.
	PlanFile string
	// Config is the path of daemon.json.
	Config string
}

// Plan reads the plan.
func (d Docker) Plan() (DockerPlan, error) {
	plan := DefaultDocker()
	return plan, readJSON(d.PlanFile, &plan)
}

// readJSON reads a file into v. One that is not there leaves v as it is.
func readJSON(name string, v any) error {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what the test has planned: %w", err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}

// Start does what the engine does before it answers: it makes the network "nat" if HNS has none.
func (d Docker) Start() error {
	plan, err := d.Plan()
	if err != nil {
		return err
	}
	var config struct {
		FixedCIDR string `json:"fixed-cidr"`
		Bridge    string `json:"bridge"`
	}
	if err := readJSON(d.Config, &config); err != nil {
		return err
	}
	switch {
	case plan.StartFails:
		return errors.New("the plan is that the engine does not start")
	case plan.NoNAT || config.Bridge == "none":
		return nil
	case config.FixedCIDR != "":
		plan.NATSubnet = config.FixedCIDR
	}
	st, err := d.HNS.View()
	if err != nil || st.ByName(hnsstore.Network, "nat") != nil {
		return err
	}
	network, err := json.Marshal(map[string]any{
		"Name": "nat", "Type": "nat", "Subnets": []any{map[string]any{"AddressPrefix": plan.NATSubnet, "GatewayAddress": firstAddress(plan.NATSubnet)}},
	})
	if err != nil {
		return err
	}
	var reply struct {
		Success bool
		Error   string
	}
	if err := json.Unmarshal([]byte(d.HNS.HNSCall("POST", "/networks", string(network))), &reply); err != nil {
		return err
	}
	if !reply.Success {
		return fmt.Errorf("making the network nat: %s", reply.Error)
	}
	return nil
}

// firstAddress is the first address after the subnet's own, which HNS's NAT networks have as gateway.
func firstAddress(prefix string) string {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return ""
	}
	return p.Masked().Addr().Next().String()
}

// ServeHTTP implements http.Handler: the part of the engine's API that tells of it.
func (d Docker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	plan, err := d.Plan()
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	case plan.Status != 0:
		http.Error(w, http.StatusText(plan.Status), plan.Status)
		return
	}
	path := withoutVersion(r.URL.Path)
	switch {
	case path == "/_ping":
		w.Header().Set("Api-Version", "1.43")
		_, _ = w.Write([]byte("OK"))
	case path == "/version":
		write(w, map[string]string{"Version": "25.0.6", "ApiVersion": "1.44", "MinAPIVersion": "1.24", "Os": "windows", "Arch": "amd64"})
	case path == "/info":
		write(w, map[string]any{"OSType": "windows", "ServerVersion": "25.0.6", "Isolation": "process", "Containers": len(plan.Containers)})
	case path == "/containers/json":
		write(w, orEmpty(plan.Containers))
	case path == "/images/json":
		write(w, images(plan.Images, r.URL.Query().Get("filters")))
	case strings.HasPrefix(path, "/networks/"):
		d.network(w, strings.TrimPrefix(path, "/networks/"))
	default:
		notFound(w, "page not found")
	}
}

// withoutVersion takes the API's version off a path: /v1.43/info is /info.
func withoutVersion(path string) string {
	if !strings.HasPrefix(path, "/v1.") {
		return path
	}
	_, rest, _ := strings.Cut(path[1:], "/")
	return "/" + rest
}

// network answers for a network of HNS, as Docker shows it.
func (d Docker) network(w http.ResponseWriter, name string) {
	st, err := d.HNS.View()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	n := st.ByName(hnsstore.Network, name)
	if n == nil {
		notFound(w, "network "+name+" not found")
		return
	}
	subnet := ""
	for _, ipam := range n.List("Ipams") {
		for _, s := range ipam.List("Subnets") {
			subnet = s.Text("IpAddressPrefix")
		}
	}
	write(w, map[string]any{
		"Name": name, "Id": strings.ToLower(strings.ReplaceAll(n.Text("ID"), "-", "")), "Driver": strings.ToLower(n.Text("Type")), "Scope": "local",
		"IPAM":    map[string]any{"Driver": "windows", "Config": []any{map[string]any{"Subnet": subnet}}},
		"Options": map[string]any{"com.docker.network.windowsshim.hnsid": n.Text("ID")},
	})
}

// images are those that a filter {"reference": ["name:tag"]} matches.
func images(all []string, filters string) []map[string]any {
	var want struct{ Reference []string }
	if filters != "" && json.Unmarshal([]byte(filters), &want) != nil {
		return nil
	}
	found := []map[string]any{}
	for i, name := range all {
		if len(want.Reference) == 0 || strings.Contains(strings.Join(want.Reference, " "), name) {
			found = append(found, map[string]any{"Id": fmt.Sprintf("sha256:%064x", i+1), "RepoTags": []string{name}})
		}
	}
	return found
}

func orEmpty(c []DockerContainer) []DockerContainer {
	if c == nil {
		return []DockerContainer{}
	}
	return c
}

func notFound(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
