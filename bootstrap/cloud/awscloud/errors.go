package awscloud

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
)

// explain puts a failure into the words of package cloud. SDK errors hold the names of what was asked for, never values.
func explain(action string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, cloud.ErrNoCredentials) {
		return err
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		// The chain begins with the call itself; credentials that were missing stand within it.
		if inner, ok := errors.AsType[*smithy.OperationError](op.Err); ok && inner.ServiceID == imds.ServiceID {
			return fmt.Errorf("%s: %w: %w", action, cloud.ErrNoCredentials, err)
		}
	}
	failure := &cloud.CallError{Action: action, Err: err}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		failure.Code = api.ErrorCode()
	}
	return failure
}
