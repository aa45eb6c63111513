package taskdef

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Defaults that the ECS API documents (the comments of the SDK's types repeat
// its reference).
const (
	defaultHealthCheckInterval  = 30  // seconds
	defaultHealthCheckTimeout   = 5   // seconds
	defaultHealthCheckRetries   = 3   // failures in a row
	defaultRestartAttemptPeriod = 300 // seconds
)

// Equal reports whether ECS would treat two definitions alike, tags aside.
func Equal(a, b *ecs.RegisterTaskDefinitionInput) bool {
	return reflect.DeepEqual(Canonical(a), Canonical(b))
}

// Canonical returns a copy in which all spellings that ECS treats alike are
// one: named things stand in the order of their names, documented defaults are
// filled in, and what is empty is absent. Tags are left out. The copy shares no
// memory with its original; nil gives nil.
//
// The form is for comparing, not for showing: users see what they wrote.
func Canonical(in *ecs.RegisterTaskDefinitionInput) *ecs.RegisterTaskDefinitionInput {
	if in == nil {
		return nil
	}
	return &ecs.RegisterTaskDefinitionInput{
		ContainerDefinitions:    canonicalContainers(in.ContainerDefinitions, in.NetworkMode),
		Cpu:                     canonicalAmount(in.Cpu, "vcpu"),
		EnableFaultInjection:    flag(in.EnableFaultInjection),
		EphemeralStorage:        canonicalEphemeralStorage(in.EphemeralStorage),
		ExecutionRoleArn:        text(in.ExecutionRoleArn),
		Family:                  text(in.Family),
		InferenceAccelerators:   each(in.InferenceAccelerators, canonicalInferenceAccelerator),
		IpcMode:                 in.IpcMode,
		Memory:                  canonicalAmount(in.Memory, "gb"),
		NetworkMode:             in.NetworkMode,
		PidMode:                 in.PidMode,
		PlacementConstraints:    each(in.PlacementConstraints, canonicalPlacementConstraint),
		ProxyConfiguration:      canonicalProxyConfiguration(in.ProxyConfiguration),
		RequiresCompatibilities: canonicalCompatibilities(in.RequiresCompatibilities),
		RuntimePlatform:         canonicalRuntimePlatform(in.RuntimePlatform),
		TaskRoleArn:             text(in.TaskRoleArn),
		Volumes:                 byName(each(in.Volumes, canonicalVolume), func(v types.Volume) *string { return v.Name }),
	}
}

// canonicalAmount turns "1 vCPU" into CPU units and "2 GB" into MiB, of both
// of which a unit has 1024. ECS does the same when it registers.
func canonicalAmount(amount *string, unit string) *string {
	if amount == nil || *amount == "" {
		return nil
	}
	number, ok := strings.CutSuffix(strings.ToLower(*amount), unit)
	number = strings.TrimSpace(number)
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return aws.String(*amount)
	}
	n, err := strconv.ParseFloat(number, 64)
	if whole := int64(n * 1024); err == nil && n < 1<<40 && float64(whole) == n*1024 {
		return aws.String(strconv.FormatInt(whole, 10))
	}
	return aws.String(*amount)
}

func canonicalCompatibilities(in []types.Compatibility) []types.Compatibility {
	out := list(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// canonicalRuntimePlatform leaves out X86_64, which is what ECS assumes.
func canonicalRuntimePlatform(in *types.RuntimePlatform) *types.RuntimePlatform {
	out := clone(in)
	if out == nil {
		return nil
	}
	if out.CpuArchitecture == types.CPUArchitectureX8664 {
		out.CpuArchitecture = ""
	}
	return orNil(out)
}

func canonicalEphemeralStorage(in *types.EphemeralStorage) *types.EphemeralStorage {
	return orNil(clone(in))
}

func canonicalInferenceAccelerator(in types.InferenceAccelerator) types.InferenceAccelerator {
	in.DeviceName, in.DeviceType = clone(in.DeviceName), clone(in.DeviceType)
	return in
}

func canonicalPlacementConstraint(in types.TaskDefinitionPlacementConstraint) types.TaskDefinitionPlacementConstraint {
	in.Expression = clone(in.Expression)
	return in
}

func canonicalProxyConfiguration(in *types.ProxyConfiguration) *types.ProxyConfiguration {
	out := clone(in)
	if out == nil {
		return nil
	}
	out.ContainerName = text(out.ContainerName)
	out.Properties = canonicalPairs(out.Properties)
	if out.ContainerName == nil && out.Properties == nil && out.Type == "" {
		return nil
	}
	return out
}

// canonicalPairs gives every pair without a value the empty one, which is what
// ECS makes of it.
func canonicalPairs(in []types.KeyValuePair) []types.KeyValuePair {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	values := make([]string, 2*len(in)) // one allocation for all copies
	for i := range out {
		if out[i].Name != nil {
			values[2*i] = *out[i].Name
			out[i].Name = &values[2*i]
		}
		if out[i].Value != nil {
			values[2*i+1] = *out[i].Value
		}
		out[i].Value = &values[2*i+1]
	}
	return out
}

func canonicalSecrets(in []types.Secret) []types.Secret {
	out := each(in, func(s types.Secret) types.Secret {
		s.Name, s.ValueFrom = clone(s.Name), clone(s.ValueFrom)
		return s
	})
	return byName(out, func(s types.Secret) *string { return s.Name })
}

// byName sorts in place by name, and what has no name first. Things of one
// name keep their order.
func byName[T any](in []T, name func(T) *string) []T {
	slices.SortStableFunc(in, func(a, b T) int {
		return cmp.Compare(aws.ToString(name(a)), aws.ToString(name(b)))
	})
	return in
}

// each returns a new list of what f makes of the items, nil for an empty one.
func each[T any](in []T, f func(T) T) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// list copies a list, nil for an empty one.
func list[T any](in []T) []T {
	if len(in) == 0 {
		return nil
	}
	return slices.Clone(in)
}

// entries copies a map, nil for an empty one.
func entries(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

func clone[T any](in *T) *T {
	if in == nil {
		return nil
	}
	out := *in
	return &out
}

// orNil returns nil for a value of which nothing is set.
func orNil[T comparable](in *T) *T {
	var nothing T
	if in == nil || *in == nothing {
		return nil
	}
	return in
}

// flag copies a flag that is off unless it is set.
func flag(in *bool) *bool {
	if in == nil || !*in {
		return nil
	}
	return clone(in)
}

// text copies a string of which an empty one means as much as none.
func text(in *string) *string {
	return orNil(clone(in))
}

// otherwise copies a value and puts a default where there is none.
func otherwise[T any](in *T, fallback T) *T {
	if in == nil {
		return &fallback
	}
	return clone(in)
}
