package fakes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// Ports of the agent: introspection, and the metadata and credentials of tasks.
const (
	IntrospectionAddress = "127.0.0.1:51678"
	CredentialsAddress   = "127.0.0.1:51679"
)

// AgentPlan is how the fake agent behaves. A test writes it to the machine; each start of the service reads it anew.
type AgentPlan struct {
	// Version is what introspection tells.
	Version string
	// Account is in the container instance's ARN.
	Account string
	// Fails is a line that the agent logs, instead of registering, before it ends: `level=critical ... msg="..."` without
	// the time. With Restarts it ends with exit code 1, and else in the agent's terminal way: with 0.
	Fails    string
	Restarts bool
	// NeverRegisters runs and never registers: introspection stays silent.
	NeverRegisters bool
	// NoACS registers and is never connected to the service that sends tasks.
	NoACS bool
}

// DefaultAgent registers.
func DefaultAgent() AgentPlan { return AgentPlan{Version: "1.94.0", Account: "123456789012"} }

// AgentSeen is what the fake agent wrote down about its last start.
type AgentSeen struct {
	// Starts counts the starts.
	Starts int
	// Environment are the variables that the agent reads.
	Environment map[string]string
	// Docker and IMDS tell whether these answered.
	Docker, IMDS bool
}

// Agent is an Amazon ECS agent as the Windows service starts it, without ECS: it reads its environment, asks IMDS and
// Docker, says that it registered, and answers on its two ports.
type Agent struct {
	PlanFile, SeenFile string
	// Environ are the variables as NAME=value.
	Environ []string
	// DialDocker opens a stream to the Docker engine.
	DialDocker func(context.Context) (net.Conn, error)
	// IMDS is the address of the metadata service.
	IMDS string
	// Listen opens the two ports; nil is net.Listen.
	Listen func(ctx context.Context, address string) (net.Listener, error)
	// Now is the clock of the log.
	Now func() time.Time
}

// The agent's exit codes; source: amazon-ecs-agent, agent/sighandlers/exitcodes/exitcodes.go.
const (
	ExitSuccess  = 0
	ExitError    = 1
	ExitTerminal = 5
)

// exit is how the agent ends before it runs.
type exit struct {
	code int
	line string // without level and time
}

// Error implements error.
func (e *exit) Error() string { return e.line }

// Run runs the agent until ctx ends, and returns its exit code. Windows' service turns ExitTerminal into 0. ready is called
// once the agent has registered.
func (a Agent) Run(ctx context.Context, log io.Writer, ready func()) (int, error) {
	plan := DefaultAgent()
	if err := readJSON(a.PlanFile, &plan); err != nil {
		return ExitError, err
	}
	a.log(log, `level=info`, fmt.Sprintf(`msg="Starting Amazon ECS Agent" version=%q commit="simulated"`, plan.Version))
	err := a.run(ctx, plan, log, ready)
	if e, ok := errors.AsType[*exit](err); ok {
		a.log(log, "level=critical", e.line)
		if e.code == ExitTerminal {
			a.log(log, "level=info", `msg="Terminal exit code received from agent.  Windows SCM will not restart the AmazonECS service."`)
		}
		return e.code, nil
	}
	if err != nil {
		return ExitError, err
	}
	return ExitSuccess, nil
}

func (a Agent) log(w io.Writer, level, text string) {
	fmt.Fprintf(w, "%s time=%s %s\n", level, a.Now().UTC().Format("2006-01-02T15:04:05Z"), text)
}

func (a Agent) run(ctx context.Context, plan AgentPlan, log io.Writer, ready func()) error {
	seen := AgentSeen{Environment: a.environment()}
	var before AgentSeen
	if err := readJSON(a.SeenFile, &before); err != nil {
		return err
	}
	seen.Starts = before.Starts + 1
	region, imdsErr := a.region(ctx)
	dockerErr := a.ping(ctx)
	seen.IMDS, seen.Docker = imdsErr == nil, dockerErr == nil
	if err := a.write(seen); err != nil {
		return err
	}
	switch {
	case imdsErr != nil && seen.Environment["AWS_DEFAULT_REGION"] == "":
		return &exit{ExitError, fmt.Sprintf(`msg="Unable to communicate with EC2 Metadata service to infer region: %s" module=config.go`, clean(imdsErr))}
	case dockerErr != nil:
		return &exit{ExitError, fmt.Sprintf(`msg="Error creating Docker client" error=%q`, clean(dockerErr))}
	case plan.Fails != "" && plan.Restarts:
		return &exit{ExitError, plan.Fails}
	case plan.Fails != "":
		return &exit{ExitTerminal, plan.Fails}
	}
	if configured := seen.Environment["AWS_DEFAULT_REGION"]; configured != "" {
		region = configured
	}
	cluster := seen.Environment["ECS_CLUSTER"]
	if cluster == "" {
		cluster = "default"
	}
	arn := fmt.Sprintf("arn:aws:ecs:%s:%s:container-instance/%s/%032x", region, plan.Account, cluster, seen.Starts)
	return a.serve(ctx, plan, cluster, arn, log, ready)
}

// environment are the variables that the agent or its AWS client reads.
func (a Agent) environment() map[string]string {
	found := map[string]string{}
	for _, v := range a.Environ {
		name, value, _ := strings.Cut(v, "=")
		if name = strings.ToUpper(name); strings.HasPrefix(name, "ECS_") || strings.HasPrefix(name, "AWS_") || strings.HasSuffix(name, "_PROXY") {
			found[name] = value
		}
	}
	return found
}

// region asks IMDS, as the agent does: with a session token.
func (a Agent) region(ctx context.Context) (string, error) {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	token, err := get(ctx, client, http.MethodPut, "http://"+a.IMDS+"/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "600")
	if err != nil {
		return "", err
	}
	text, err := get(ctx, client, http.MethodGet, "http://"+a.IMDS+"/latest/dynamic/instance-identity/document", "X-aws-ec2-metadata-token", token)
	if err != nil {
		return "", err
	}
	var document struct{ Region string }
	return document.Region, errors.Join(json.Unmarshal([]byte(text), &document))
}

func (a Agent) ping(ctx context.Context) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return a.DialDocker(ctx) }
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true, DialContext: dial}}
	_, err := get(ctx, client, http.MethodGet, "http://docker/_ping", "", "")
	return err
}

func get(ctx context.Context, client *http.Client, method, url, header, value string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return "", err
	}
	if header != "" {
		r.Header.Set(header, value)
	}
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, url, resp.Status)
	}
	return string(body), err
}

func (a Agent) write(seen AgentSeen) error {
	text, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	// In one step: the test may be reading it.
	next := a.SeenFile + ".new"
	return errors.Join(os.WriteFile(next, text, 0o600), os.Rename(next, a.SeenFile))
}

// serve answers on the agent's two ports until ctx ends.
func (a Agent) serve(ctx context.Context, plan AgentPlan, cluster, arn string, log io.Writer, ready func()) error {
	introspection := http.NewServeMux()
	introspection.HandleFunc("/v1/metadata", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]string{"Cluster": cluster, "ContainerInstanceArn": arn, "Version": "Amazon ECS Agent - v" + plan.Version + " (simulated)"})
	})
	introspection.HandleFunc("/v1/tasks", func(w http.ResponseWriter, _ *http.Request) { write(w, map[string]any{"Tasks": []any{}}) })
	credentials := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "404 page not found", http.StatusNotFound)
	})
	var servers []*http.Server
	defer func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}()
	handlers := map[string]http.Handler{CredentialsAddress: credentials, IntrospectionAddress: introspection}
	if plan.NeverRegisters {
		delete(handlers, IntrospectionAddress)
	}
	for address, handler := range handlers {
		l, err := a.listen(ctx, address)
		if err != nil {
			a.log(log, "level=error", fmt.Sprintf(`msg="Error running introspection endpoint: %s" module=introspection_server_setup.go`, clean(err)))
			continue // the agent goes on without
		}
		s := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
		servers = append(servers, s)
		go func() { _ = s.Serve(l) }()
	}
	if !plan.NeverRegisters {
		a.log(log, "level=info", fmt.Sprintf(`msg="Registration completed successfully. I am running as '%s' in cluster '%s'"`, arn, cluster))
		if !plan.NoACS {
			a.log(log, "level=info", fmt.Sprintf(`msg="Connected to ACS endpoint" module=acs_handler.go containerInstanceARN=%q`, arn))
		}
	}
	ready()
	<-ctx.Done()
	a.log(log, "level=info", `msg="Agent received termination signal" signal="interrupt"`)
	return nil
}

func (a Agent) listen(ctx context.Context, address string) (net.Listener, error) {
	if a.Listen != nil {
		return a.Listen(ctx, address)
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}

// clean makes an error fit between quotes.
func clean(err error) string { return strings.NewReplacer(`"`, `'`, "\n", " ").Replace(err.Error()) }
