package fakes

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// IMDSAddress is where the instance metadata service listens.
const IMDSAddress = "169.254.169.254:80"

// Instance is what the metadata tell of an instance.
type Instance struct {
	ID, Type, Region, Zone, Account, AMI string
	// Interfaces are the network interfaces, the primary one first.
	Interfaces []Interface
	// UserData is served as it is; "" is 404.
	UserData string
	// Role is the instance profile's role; "" is an instance without one.
	Role string
	// Lifecycle is autoscaling/target-lifecycle-state; "" is an instance outside an Auto Scaling group.
	Lifecycle string
	// Tags are the instance's, if it shows them.
	Tags map[string]string
}

// Interface is a network interface. MAC is written with colons.
type Interface struct{ ID, MAC, Address, SubnetID, SubnetCIDR, VPCID, VPCCIDR string }

// DefaultInstance is an m5.large with one interface, which fits the default host of a machine.
func DefaultInstance() Instance {
	return Instance{
		ID: "i-0123456789abcdef0", Type: "m5.large", Region: "us-east-1", Zone: "us-east-1a", Account: "123456789012", AMI: "ami-0123456789abcdef0",
		Role: "ecsInstanceRole",
		Interfaces: []Interface{{
			ID: "eni-0123456789abcdef0", MAC: "0a:00:00:00:00:01", Address: "10.0.0.10",
			SubnetID: "subnet-0123456789abcdef0", SubnetCIDR: "10.0.0.0/24", VPCID: "vpc-0123456789abcdef0", VPCCIDR: "10.0.0.0/16",
		}},
	}
}

// IMDS is the instance metadata service, version 2: each request needs a session token. It is safe for concurrent use.
type IMDS struct {
	mu       sync.Mutex
	tree     map[string]string
	faults   map[string]int
	hangs    bool
	hung     chan struct{}
	token    int
	requests []string
}

// Token as a path of Fail stands for the request of a session token.
const Token = "api/token"

// NewIMDS returns a service that tells of an instance.
func NewIMDS(i Instance) (*IMDS, error) {
	tree, err := i.tree()
	if err != nil {
		return nil, err
	}
	return &IMDS{tree: tree, faults: map[string]int{}, hung: make(chan struct{}), token: 1}, nil
}

// Set changes the text at a path below latest/, such as "meta-data/autoscaling/target-lifecycle-state". "" removes it.
func (s *IMDS) Set(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == "" {
		delete(s.tree, path)
		return
	}
	s.tree[path] = text
}

// Fail answers a path, or Token, with a status from now on: 403 is a disabled service, 503 an overloaded one. Status 0 ends
// that.
func (s *IMDS) Fail(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = status
}

// Hang takes connections and answers nothing from now on, as a hop limit that is too small looks; or ends that.
func (s *IMDS) Hang(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs = on
	if !on {
		close(s.hung)
		s.hung = make(chan struct{})
	}
}

// ExpireToken makes every token that was given invalid.
func (s *IMDS) ExpireToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token++
}

// Requests are the requests so far, as "GET meta-data/mac".
func (s *IMDS) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP implements http.Handler.
func (s *IMDS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/latest/")
	status, text, hung := s.answer(r, path)
	if hung != nil {
		select {
		case <-hung:
		case <-r.Context().Done():
			return
		}
		status, text, _ = s.answer(r, path)
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Server", "EC2ws")
	if path == Token {
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// answer decides; a channel tells to wait.
func (s *IMDS) answer(r *http.Request, path string) (status int, text string, hung chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+path)
	token := fmt.Sprintf("token-%d", s.token)
	switch fault := s.faults[path]; {
	case s.hangs:
		return 0, "", s.hung
	case fault != 0:
		return fault, http.StatusText(fault), nil
	case path == Token && r.Method != http.MethodPut:
		return http.StatusMethodNotAllowed, "", nil
	case path == Token && r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds") == "":
		return http.StatusBadRequest, "", nil
	case path == Token:
		return http.StatusOK, token, nil
	case r.Header.Get("X-aws-ec2-metadata-token") != token:
		return http.StatusUnauthorized, "Unauthorized", nil
	}
	if found, ok := s.tree[path]; ok {
		return http.StatusOK, found, nil
	}
	if names := s.list(path); names != "" {
		return http.StatusOK, names, nil
	}
	return http.StatusNotFound, "Not Found", nil
}

// list is what a folder of the tree holds: folders end with a slash.
func (s *IMDS) list(path string) string {
	prefix := strings.TrimSuffix(path, "/") + "/"
	var names []string
	for p := range s.tree {
		rest, ok := strings.CutPrefix(p, prefix)
		if !ok {
			continue
		}
		name, _, folder := strings.Cut(rest, "/")
		if folder {
			name += "/"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

// tree lays an instance out as the service does.
func (i Instance) tree() (map[string]string, error) {
	primary := Interface{}
	if len(i.Interfaces) > 0 {
		primary = i.Interfaces[0]
	}
	document, err := json.Marshal(map[string]string{
		"instanceId": i.ID, "instanceType": i.Type, "region": i.Region, "availabilityZone": i.Zone, "accountId": i.Account,
		"imageId": i.AMI, "privateIp": primary.Address, "architecture": "x86_64", "version": "2017-09-30",
	})
	if err != nil {
		return nil, fmt.Errorf("describing the instance: %w", err)
	}
	tree := map[string]string{
		"dynamic/instance-identity/document":           string(document),
		"meta-data/instance-id":                        i.ID,
		"meta-data/instance-type":                      i.Type,
		"meta-data/ami-id":                             i.AMI,
		"meta-data/placement/region":                   i.Region,
		"meta-data/placement/availability-zone":        i.Zone,
		"meta-data/services/domain":                    "amazonaws.com",
		"meta-data/services/partition":                 "aws",
		"meta-data/mac":                                primary.MAC,
		"meta-data/local-ipv4":                         primary.Address,
		"user-data":                                    i.UserData,
		"meta-data/autoscaling/target-lifecycle-state": i.Lifecycle,
	}
	for n, c := range i.Interfaces {
		below := "meta-data/network/interfaces/macs/" + c.MAC + "/"
		for name, text := range map[string]string{
			"device-number": fmt.Sprint(n), "interface-id": c.ID, "mac": c.MAC, "local-ipv4s": c.Address, "owner-id": i.Account,
			"subnet-id": c.SubnetID, "subnet-ipv4-cidr-block": c.SubnetCIDR, "vpc-id": c.VPCID,
			"vpc-ipv4-cidr-block": c.VPCCIDR, "vpc-ipv4-cidr-blocks": c.VPCCIDR,
		} {
			tree[below+name] = text
		}
	}
	for name, value := range i.Tags {
		tree["meta-data/tags/instance/"+name] = value
	}
	if i.Role != "" {
		credentials, err := json.Marshal(map[string]string{
			"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIASIMULATED", "SecretAccessKey": "simulated", "Token": "simulated",
			"LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z",
		})
		if err != nil {
			return nil, fmt.Errorf("describing the role: %w", err)
		}
		tree["meta-data/iam/security-credentials/"+i.Role] = string(credentials)
		tree["meta-data/iam/info"] = fmt.Sprintf(`{"Code":"Success","InstanceProfileArn":"arn:aws:iam::%s:instance-profile/%s"}`, i.Account, i.Role)
	}
	for path, text := range tree {
		if text == "" {
			delete(tree, path)
		}
	}
	return tree, nil
}
