// Command fakedocker is the service "docker" of a simulated machine: it makes the network "nat" at its start, and answers on
// the Docker engine's pipe as internal/winetest/fakes does.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/service"
)

func main() {
	if err := service.Run("docker", run); err != nil {
		fmt.Fprintln(os.Stderr, "fakedocker:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, ready func()) uint32 {
	if err := serve(ctx, ready); err != nil {
		_ = os.WriteFile(`C:\winetest\docker.log`, []byte(err.Error()), 0o600)
		return 1
	}
	return 0
}

func serve(ctx context.Context, ready func()) error {
	engine := fakes.Docker{
		HNS:      &hnsstore.Store{Dir: `C:\winetest`},
		PlanFile: `C:\winetest\docker.json`, Config: `C:\ProgramData\docker\config\daemon.json`,
	}
	if err := engine.Start(); err != nil { //nolint:contextcheck // a fault that delays HNS delays Docker's start for good
		return err
	}
	l, err := listen(`\\.\pipe\docker_engine`)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: engine, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	ready()
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-ended:
		return err
	}
}
