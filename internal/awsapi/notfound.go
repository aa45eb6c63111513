package awsapi

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// IsNotFound reports whether err is AWS's answer that the thing asked for does
// not exist. An INACTIVE cluster or task definition is not an error: callers
// look at its status.
func IsNotFound(err error) bool {
	if _, ok := errors.AsType[*types.ClusterNotFoundException](err); ok {
		return true
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return true
	}
	return isUnknownTaskDefinition(err)
}

// isUnknownTaskDefinition knows DescribeTaskDefinition's answer for a family
// or revision that does not exist: a ClientException with a text of its own.
func isUnknownTaskDefinition(err error) bool {
	apiErr, ok := errors.AsType[smithy.APIError](err)
	if !ok || apiErr.ErrorCode() != "ClientException" {
		return false
	}
	text := apiErr.ErrorMessage()
	return strings.HasPrefix(text, "Unable to describe task definition") ||
		strings.Contains(text, "task definition does not exist")
}
