package sandbox

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/identity"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sts"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// The account and the region that a sandbox has unless told otherwise.
const (
	DefaultAccountID = "123456789012"
	DefaultRegion    = "us-east-1"
)

// maxBody is more than any call takes: ECS refuses a task definition above
// 64 KiB.
const maxBody = 1 << 20

// Options say what a sandbox is like. The zero Options are sensible.
type Options struct {
	// Clock tells the time; nil is the machine's.
	Clock wait.Clock
	// AccountID is the account of every access key that Identities does not
	// name. Empty: DefaultAccountID.
	AccountID string
	// Region is the region that Env names, and whose partition the account
	// lies in. Calls may be signed for any region; each is a world of its
	// own. Empty: DefaultRegion.
	Region string
	// Identities says whose some access keys are, by access key id.
	Identities map[string]Identity
	// Throttle turns the token buckets on that AWS documents.
	Throttle bool
	// Latency is added to every call.
	Latency time.Duration
	// TaskStep is how long a task stays in each state between PROVISIONING
	// and RUNNING, and from there to STOPPED. 0: it goes one state further
	// each time that it is described.
	TaskStep time.Duration
	// Downloads are what HTTPS servers have for the user data of simulated
	// instances, by URL. The bootstrap of an instance runs if a download is
	// SimulatedProgram.
	Downloads map[string][]byte
	// Log, if not nil, is told of every call that has been answered.
	Log func(Entry)
}

// Identity is a principal that calls AWS.
type Identity = wire.Identity

// Error is what AWS answers when it refuses or fails.
type Error = wire.Error

// Entry is one answered call, for a log. It holds no value that a caller sent
// besides the call's name and its region.
type Entry struct {
	// Call is the call's name with its service, such as
	// "ecs:CreateCluster", or "?" for a request that no service knows.
	Call string
	// Region is the region that the call was signed for.
	Region string
	// Outcome is "ok", an error code, or what a fault did.
	Outcome string
}

// Sandbox is a simulated AWS. It is an http.Handler, and safe for concurrent
// use.
type Sandbox struct {
	options   Options
	clock     wait.Clock
	directory *identity.Directory
	services  []wire.Service
	ecs       *ecs.Model
	ec2       *ec2.Model
	nodes     *nodes
	tally     *tally
	faults    *faultTable
	limits    *limits
	control   http.Handler
}

// New returns an empty sandbox.
func New(options Options) *Sandbox {
	if options.Clock == nil {
		options.Clock = wait.System()
	}
	if options.AccountID == "" {
		options.AccountID = DefaultAccountID
	}
	if options.Region == "" {
		options.Region = DefaultRegion
	}
	directory := identity.NewDirectory(options.AccountID, wire.PartitionOf(options.Region), options.Identities)
	machines := newNodes()
	network := ec2.NewModel(machines)
	model := ecs.NewModel(network, options.TaskStep)
	s := &Sandbox{
		options:   options,
		clock:     options.Clock,
		directory: directory,
		services:  []wire.Service{model.Service(), network.Service(), ssm.Service(), sts.Service(directory)},
		ecs:       model,
		ec2:       network,
		nodes:     machines,
		tally:     newTally(),
		faults:    &faultTable{},
		limits:    newLimits(options.Throttle),
	}
	machines.sandbox = s
	s.control = s.controlHandler()
	return s
}

// Reset forgets everything: what was created, sessions, faults, counters and
// what the token buckets have given out.
func (s *Sandbox) Reset() {
	s.ecs.Reset()
	s.ec2.Reset()
	s.nodes.reset()
	s.directory.Forget()
	s.faults.clear()
	s.tally.reset()
	s.limits.reset()
}

// ServeHTTP answers an AWS call, or one to the sandbox's own switches below
// /_sandbox/.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isControl(r) {
		s.control.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "The request's body could not be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	c, ok := s.route(r, body)
	if !ok {
		s.log(Entry{Call: "?", Outcome: "no such service"})
		http.Error(w, "The sandbox models no service that this request is for.", http.StatusNotFound)
		return
	}
	s.answer(w, r, c)
}

// call is one request on its way through the server.
type call struct {
	service   wire.Service
	operation wire.Operation
	name      string // with the service, as in IAM: "ecs:CreateCluster"
	request   wire.Request
	id        string
}

// route finds the service that a request is for.
func (s *Sandbox) route(r *http.Request, body []byte) (*call, bool) {
	if len(body) == 0 {
		body = []byte(r.URL.RawQuery)
	}
	for _, service := range s.services {
		name, ok := service.Protocol.Operation(r, body)
		if !ok {
			continue
		}
		return &call{
			service:   service,
			operation: service.Operations[name],
			name:      service.Name + ":" + name,
			request:   wire.Request{Operation: name, Body: body},
			id:        requestID(),
		}, true
	}
	return nil, false
}

// answer takes a call through the stages that AWS has too: who calls, how
// often, what the service says. Faults come between them.
func (s *Sandbox) answer(w http.ResponseWriter, r *http.Request, c *call) {
	body, fault, err := s.perform(r, c)
	switch {
	case err != nil:
		refusal := wire.AsError(err)
		s.log(Entry{Call: c.name, Region: c.request.Region, Outcome: refusal.Code})
		c.service.Protocol.WriteError(w, c.id, refusal)
	case fault != nil && fault.Kind == LoseResponse:
		s.log(Entry{Call: c.name, Region: c.request.Region, Outcome: "response lost"})
		// This is net/http's own way to close a connection without a reply.
		panic(http.ErrAbortHandler)
	default:
		s.log(Entry{Call: c.name, Region: c.request.Region, Outcome: "ok"})
		c.service.Protocol.WriteReply(w, c.id, c.request.Operation, body)
	}
}

// perform does the call and returns its reply, with the fault that concerned
// it, if any.
func (s *Sandbox) perform(r *http.Request, c *call) ([]byte, *Fault, error) {
	if c.operation.Do == nil {
		return nil, nil, wire.UnknownOperation(c.service.Name, c.request.Operation)
	}
	if err := s.clock.Sleep(r.Context(), s.options.Latency); err != nil {
		return nil, nil, fmt.Errorf("the sandbox's latency: %w", err)
	}
	c.request.Now = s.clock.Now()
	if err := s.authenticate(r, c); err != nil {
		return nil, nil, err
	}
	fault := s.faults.next(c.name)
	if err := s.before(r, c, fault); err != nil {
		return nil, fault, err
	}
	if !s.limits.allow(c) {
		s.tally.throttled(c.name)
		return nil, fault, wire.Throttled()
	}
	s.tally.called(c.name)
	s.ecs.Settle(c.request.Now)
	body, err := c.operation.Do(c.request)
	if fault != nil && fault.After != nil {
		fault.After()
	}
	return body, fault, err
}

// before does what a fault does ahead of the call.
func (s *Sandbox) before(r *http.Request, c *call, fault *Fault) error {
	if fault == nil {
		return nil
	}
	s.tally.faulted(c.name)
	if err := s.clock.Sleep(r.Context(), fault.Delay); err != nil {
		return fmt.Errorf("an injected delay: %w", err)
	}
	c.request.Now = s.clock.Now()
	c.request.Missing = fault.Kind == Missing
	if fault.Kind == Throttle {
		s.tally.throttled(c.name)
	}
	return fault.refusal(c)
}

func (s *Sandbox) log(e Entry) {
	if s.options.Log != nil {
		s.options.Log(e)
	}
}

// requestID returns a new id in the form of AWS's.
func requestID() string {
	var b [16]byte
	// crypto/rand.Read never fails.
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
