package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/identity"
)

// Metadata returns the instance metadata service of an instance, for requests
// as they come from the instance; ok is false if there is no instance of this
// id. An empty region is the sandbox's own. It tells what EC2 knows at the
// moment: a task's network interface is there as soon as it is attached.
func (s *Sandbox) Metadata(region, instanceID string) (service *imds.Service, ok bool) {
	n := s.nodes.find(s.place(region), instanceID)
	if n == nil {
		return nil, false
	}
	return n.metadata, true
}

// Metadata implements imds.Source.
func (n *node) Metadata() (imds.Instance, imds.Options) {
	i, ok := n.sandbox.ec2.Instance(n.at, n.id)
	if !ok {
		return imds.Instance{}, imds.Options{Disabled: true}
	}
	told := imds.Instance{
		ID: i.ID, Type: i.Type.Name, Region: n.at.Region, Zone: i.Zone, Account: n.at.Account, ImageID: i.ImageID,
		LaunchedAt: i.LaunchedAt, UserData: string(i.UserData), Role: i.Profile,
	}
	for _, a := range i.Interfaces {
		told.Interfaces = append(told.Interfaces, imds.Interface{
			ID: a.ID, MAC: a.MAC, VPC: a.VpcID, Subnet: a.SubnetID, Device: a.Device, SecurityGroups: a.GroupIDs,
			Address: a.Address, SubnetBlock: a.SubnetBlock, VPCBlock: a.VpcBlock,
		})
	}
	if i.Profile != "" {
		told.Credentials = n.role.credentials(n, i.Profile)
	}
	if i.Metadata.Tags {
		told.Tags = tagMap(i.Tags)
	}
	return told, i.Metadata.Options
}

func tagMap(tags []ec2.Tag) map[string]string {
	all := map[string]string{}
	for _, t := range tags {
		all[t.Key] = t.Value
	}
	return all
}

// How long credentials of an instance role last, and how long before their end
// there are new ones (EC2 User Guide, IAM roles for Amazon EC2: "at least five
// minutes before"; the rest is assumed).
const (
	roleSession = 6 * time.Hour
	roleRenewal = 5 * time.Minute
)

// role is the session of an instance profile's role. That the role is called as
// the profile is assumed, since IAM is not modelled.
type role struct {
	mu   sync.Mutex
	held imds.Credentials
}

// credentials returns those of the session, which AWS calls to the sandbox may
// be signed with.
func (r *role) credentials(n *node, name string) imds.Credentials {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := n.sandbox.clock.Now()
	if now.Before(r.held.Expires.Add(-roleRenewal)) {
		return r.held
	}
	who := identity.AssumedRole(n.at.Partition, n.at.Account, name, n.id)
	issued := n.sandbox.directory.Issue(who, now.Add(roleSession))
	r.held = imds.Credentials{
		AccessKeyID: issued.AccessKeyID, SecretAccessKey: issued.SecretAccessKey, Token: issued.SessionToken, Issued: now, Expires: issued.Expiration,
	}
	return r.held
}

// linkLocal is how a simulated machine asks its metadata service, once it has a
// way to it: by HTTP, though in memory, with a token of version 2.
type linkLocal struct {
	service http.Handler
	token   string
}

// Get implements sim.MetadataService.
func (l *linkLocal) Get(path string) (string, error) {
	if l.token == "" {
		if err := l.renew(); err != nil {
			return "", err
		}
	}
	answer := l.send(http.MethodGet, path, imds.TokenHeader, l.token)
	if answer.status == http.StatusUnauthorized {
		if err := l.renew(); err != nil {
			return "", err
		}
		answer = l.send(http.MethodGet, path, imds.TokenHeader, l.token)
	}
	switch answer.status {
	case http.StatusOK:
		return answer.text.String(), nil
	case http.StatusNotFound:
		return "", host.ErrNotFound
	case http.StatusForbidden:
		return "", host.ErrMetadataDisabled
	case http.StatusUnauthorized:
		return "", host.ErrMetadataToken
	}
	return "", fmt.Errorf("%w: HTTP status %d", host.ErrUnreachable, answer.status)
}

// renew asks for a token of six hours.
func (l *linkLocal) renew() error {
	answer := l.send(http.MethodPut, "api/token", imds.TokenTTLHeader, "21600")
	switch answer.status {
	case http.StatusOK:
		l.token = answer.text.String()
		return nil
	case http.StatusForbidden:
		return host.ErrMetadataDisabled
	}
	return fmt.Errorf("%w: HTTP status %d", host.ErrMetadataToken, answer.status)
}

func (l *linkLocal) send(method, path, header, value string) *reply {
	answer := &reply{status: http.StatusOK, header: http.Header{}}
	// Method and address are fixed and well-formed; the service answers at once.
	r, err := http.NewRequestWithContext(context.Background(), method, "http://169.254.169.254/latest/"+strings.TrimPrefix(path, "/"), http.NoBody)
	if err != nil {
		answer.status = http.StatusBadRequest
		return answer
	}
	r.Header.Set(header, value)
	l.service.ServeHTTP(answer, r)
	return answer
}

// reply is an HTTP answer that stays in memory.
type reply struct {
	status int
	header http.Header
	text   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *reply) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *reply) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *reply) Write(text []byte) (int, error) { return r.text.Write(text) }
