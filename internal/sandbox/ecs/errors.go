package ecs

import (
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// The error codes of the ECS API.
const (
	client            = "ClientException"
	invalidParameter  = "InvalidParameterException"
	clusterNotFound   = "ClusterNotFoundException"
	containsInstances = "ClusterContainsContainerInstancesException"
	containsTasks     = "ClusterContainsTasksException"
	targetNotFound    = "TargetNotFoundException"
	conflict          = "ConflictException"
	resourceNotFound  = "ResourceNotFoundException"
)

// clientErrorf returns a ClientException.
func clientErrorf(format string, args ...any) error {
	return wire.Errorf(client, format, args...)
}

// invalidf returns an InvalidParameterException.
func invalidf(format string, args ...any) error {
	return wire.Errorf(invalidParameter, format, args...)
}

// oneOf refuses a value of a closed enum that the API does not know. An empty
// value is one that was not given.
func oneOf[E ~string](code, name string, value E, known []E) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	names := make([]string, 0, len(known))
	for _, k := range known {
		names = append(names, string(k))
	}
	slices.Sort(names)
	return wire.Errorf(code, "%s should be one of [%s]", name, strings.Join(names, ","))
}

// valueOf returns what a pointer points to, or the zero value.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// firstError returns the first error of several checks, all of which have run:
// none may rely on another that comes before it.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
