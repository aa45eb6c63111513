package awsapi

import (
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

const (
	// defaultAttempts is what users of AWS providers are used to. With the
	// SDK's own 3, many changes at once would fail on the API's rate limits.
	defaultAttempts = 25
	// unreachableAttempts bounds attempts at an address that does not exist
	// or refuses: more of them only hide a mistake behind minutes of waiting.
	unreachableAttempts = 3
)

// newRetryer returns a maker of retryers, one for each service, so that the
// adaptive mode's rate of one service does not slow another.
func newRetryer(mode aws.RetryMode, attempts int, maxBackoff time.Duration) func() aws.Retryer {
	standard := func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		// The SDK's own retry quota is shared by all concurrent calls. It would
		// fail some of many throttled calls early; attempts bound them enough.
		o.RateLimiter = ratelimit.None
		if maxBackoff > 0 {
			o.MaxBackoff = maxBackoff
		}
	}
	return func() aws.Retryer {
		if mode == aws.RetryModeAdaptive {
			return retryer{retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, standard)
			})}
		}
		return retryer{retry.NewStandard(standard)}
	}
}

type retryer struct {
	aws.RetryerV2
}

// RetryDelay ends attempts at an unreachable address by returning the error.
func (r retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= unreachableAttempts && isUnreachable(err) {
		return 0, err
	}
	return r.RetryerV2.RetryDelay(attempt, err)
}

func isUnreachable(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial" && errors.Is(err, syscall.ECONNREFUSED)
}

// retryOnlyThrottling makes one call repeat only what AWS certainly did not
// do. A lost response or a server's fault may hide a success, and a call
// without an idempotency token would then do its work twice.
func retryOnlyThrottling(o *ecs.Options) {
	inner, ok := o.Retryer.(aws.RetryerV2)
	if !ok {
		o.Retryer = aws.NopRetryer{}
		return
	}
	o.Retryer = throttlingRetryer{inner}
}

type throttlingRetryer struct {
	aws.RetryerV2
}

func (r throttlingRetryer) IsErrorRetryable(err error) bool {
	return isThrottling(err) && r.RetryerV2.IsErrorRetryable(err)
}

func isThrottling(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}
