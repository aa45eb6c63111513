package main

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// rounds is how often each program starts; the median counts.
const rounds = 9

// measureHandshake compares the time from start to the line with which a
// plugin offers its connection, the two programs taking turns.
func measureHandshake(ctx context.Context, provider, minimal string) error {
	var ours, theirs []time.Duration
	for range rounds {
		for path, times := range map[string]*[]time.Duration{provider: &ours, minimal: &theirs} {
			d, err := handshake(ctx, path)
			if err != nil {
				return err
			}
			*times = append(*times, d)
		}
	}
	ratio := float64(median(ours)) / float64(median(theirs))
	fmt.Printf("handshake: provider %s, minimal framework provider %s (medians of %d, interleaved): %.2fx; at most %dx\n",
		median(ours).Round(100*time.Microsecond), median(theirs).Round(100*time.Microsecond), rounds, ratio, maxHandshakeRatio)
	if ratio > maxHandshakeRatio {
		return fmt.Errorf("the handshake takes %.2f times as long as a minimal provider's, more than %d", ratio, maxHandshakeRatio)
	}
	return nil
}

func handshake(ctx context.Context, path string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	// The cookie by which a plugin knows that Terraform started it.
	cmd.Env = []string{
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6",
		"PLUGIN_MIN_PORT=10000", "PLUGIN_MAX_PORT=25000",
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", path, err)
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("starting %s: %w", path, err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	elapsed := time.Since(started)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil || line == "" {
		return 0, fmt.Errorf("%s offered no connection: %w", path, err)
	}
	return elapsed, nil
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
