// Command bench measures the provider as Terraform runs it (size, handshake,
// and the time and memory of plans) and the bootstrap on a simulated machine. Everything is measured side by side in
// one run; the command fails where a bound is broken.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

// The bounds that the project keeps.
const (
	maxBinaryBytes    = 40 << 20
	maxHandshakeRatio = 3
	maxWidePlan       = 1.0 // seconds
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "ecswin-bench-")
	if err != nil {
		return fmt.Errorf("making a working folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	provider, err := build(ctx, dir, "terraform-provider-ecswin", ".")
	if err != nil {
		return err
	}
	minimal, err := build(ctx, dir, "minimal", "./internal/cmd/bench/minimal")
	if err != nil {
		return err
	}
	if err := measureSize(provider, minimal); err != nil {
		return err
	}
	if err := measureHandshake(ctx, provider, minimal); err != nil {
		return err
	}
	if err := measureBootstrap(ctx, dir); err != nil {
		return err
	}
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		fmt.Println("plans: skipped, no Terraform CLI on PATH; get it from https://developer.hashicorp.com/terraform/install")
		return nil
	}
	return measurePlans(ctx, dir, terraform, provider)
}

// build makes a stripped binary, as a release has it.
func build(ctx context.Context, dir, name, pkg string) (string, error) {
	path := filepath.Join(dir, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building %s: %w", pkg, err)
	}
	return path, nil
}

func measureSize(provider, minimal string) error {
	sizes := map[string]int64{}
	for _, path := range []string{provider, minimal} {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("measuring a binary: %w", err)
		}
		sizes[path] = info.Size()
	}
	fmt.Printf("size: provider %.1f MiB, minimal framework provider %.1f MiB; at most %d MiB\n",
		float64(sizes[provider])/(1<<20), float64(sizes[minimal])/(1<<20), maxBinaryBytes>>20)
	if sizes[provider] > maxBinaryBytes {
		return fmt.Errorf("the stripped provider has %d bytes, more than %d", sizes[provider], maxBinaryBytes)
	}
	return nil
}
