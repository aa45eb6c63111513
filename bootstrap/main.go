// Ecswin-bootstrap brings a Windows container instance into its Amazon ECS cluster, and where it cannot, names the cause.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Here(version).Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
