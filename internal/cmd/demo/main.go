// Command demo tells the project's story on one screen: it starts the sandbox
// on loopback and drives the walkthrough example through the Terraform CLI.
// Nothing in it reaches AWS.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

func main() {
	provider := flag.String("provider", "bin/terraform-provider-ecswin", "path of the built provider")
	example := flag.String("example", "examples/walkthrough", "folder of the example to run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *provider, *example); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, provider, example string) error {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		return errors.New("no terraform on PATH; get it from https://developer.hashicorp.com/terraform/install and run this again")
	}
	stage, err := newStage(ctx, terraform, provider, example)
	if err != nil {
		return err
	}
	defer stage.close()
	started := time.Now()
	if err := tell(ctx, stage); err != nil {
		return err
	}
	fmt.Printf("\nDone in %.0f s. Everything above ran against the sandbox on this machine; nothing reached AWS.\n", time.Since(started).Seconds())
	return nil
}
