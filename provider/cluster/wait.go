package cluster

import (
	"context"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// insist makes a call again every pollInterval, for as long since the first
// time as patience grants its error.
func (m manager) insist(ctx context.Context, call func() error, patience func(error) time.Duration) error {
	start := m.clock.Now()
	for {
		err := call()
		if err == nil {
			return nil
		}
		tried := m.clock.Now().Sub(start)
		if tried+pollInterval > patience(err) {
			return err
		}
		if sleepErr := m.clock.Sleep(ctx, pollInterval); sleepErr != nil {
			return &wait.Expired{What: "AWS to accept the call", Seen: err.Error(), Waited: m.clock.Now().Sub(start), Err: sleepErr}
		}
	}
}
