// Command ecswin-sandbox serves a simulated AWS on loopback until it is told
// to stop.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "ecswin-sandbox:", err)
		os.Exit(1)
	}
}

// settings are what the command line says.
type settings struct {
	address     string
	allowRemote bool
	log         bool
	options     sandbox.Options
	instances   []instances
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("ecswin-sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.address, "addr", "127.0.0.1:4566", "`host:port` to listen on; port 0 picks a free one")
	flags.BoolVar(&s.allowRemote, "allow-remote", false, "allow an address that other machines can reach")
	flags.BoolVar(&s.log, "log", false, "print a line for each call")
	flags.BoolVar(&s.options.Throttle, "throttle", false, "throttle calls with the token buckets that AWS documents")
	flags.DurationVar(&s.options.Latency, "latency", 0, "`time` that every call takes, such as 20ms")
	flags.DurationVar(&s.options.TaskStep, "task-step", time.Second, "`time` that a task stays in each state on its way")
	flags.Func("instances", "create a cluster with simulated instances, such as `cluster=windows,type=m5.large,count=2`; may be repeated",
		func(text string) error {
			group, err := parseInstances(text)
			s.instances = append(s.instances, group)
			return err
		})
	flags.StringVar(&s.options.AccountID, "account", sandbox.DefaultAccountID, "`id` of the account")
	flags.StringVar(&s.options.Region, "region", sandbox.DefaultRegion, "`region` in the printed environment")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	if s.options.Latency < 0 {
		return s, fmt.Errorf("-latency %s is negative", s.options.Latency)
	}
	if s.options.TaskStep < 0 {
		return s, fmt.Errorf("-task-step %s is negative", s.options.TaskStep)
	}
	return s, nil
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.log {
		s.options.Log = func(e sandbox.Entry) {
			// A log that nobody can read stops nothing.
			_, _ = fmt.Fprintf(stderr, "%-34s %-14s %s\n", e.Call, e.Region, e.Outcome)
		}
	}
	listener, err := listen(ctx, s.address, s.allowRemote)
	if err != nil {
		return err
	}
	simulated := sandbox.New(s.options)
	if err := announce(stdout, simulated, listener.Addr()); err != nil {
		return err
	}
	if err := populate(stdout, simulated, s.instances); err != nil { //nolint:contextcheck // a boot takes milliseconds
		return err
	}
	return serve(ctx, listener, simulated)
}

// listen opens the address, which must be on loopback unless remote is set:
// the sandbox lets everybody in.
func listen(ctx context.Context, address string, remote bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("-addr %q is not a host and a port: %w", address, err)
	}
	if ip := net.ParseIP(host); !remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf(
			"-addr %q may be reached by other machines, and the sandbox checks no passwords; "+
				"use 127.0.0.1, or add -allow-remote", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("unable to listen on %s: %w; choose another port with -addr", address, err)
	}
	return listener, nil
}

// announce says where the simulation is and how to point a client at it.
func announce(w io.Writer, simulated *sandbox.Sandbox, at net.Addr) error {
	url := "http://" + at.String()
	var assignments []string
	for name, value := range simulated.Env(url) {
		assignments = append(assignments, name+"="+value)
	}
	slices.Sort(assignments)
	_, err := fmt.Fprintf(w, "A simulation of Amazon ECS, EC2, SSM and STS listens on %s; point a client at it with:\n  export %s\n",
		url, strings.Join(assignments, " "))
	if err != nil {
		return fmt.Errorf("unable to print where the sandbox listens: %w", err)
	}
	return nil
}

// patience is how long calls under way may take once the server stops.
const patience = 5 * time.Second

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		stopped <- server.Shutdown(last)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("unable to serve on %s: %w", listener.Addr(), err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("some calls were still under way %s after the stop: %w", patience, err)
	}
	return nil
}
