package awsapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

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
