package taskdef_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"
)

// words are short enough to collide and hold every spelling that a default has.
var words = []string{
	"", "a", "b", "ü \"\\", "/", "udp", "UDP", "enabled", "DISABLED", "X86_64", "ARM64", "awsvpc", "host",
	"1 vCPU", ".5vcpu", "1024", "2 GB", "2gb", "EC2",
}

// definition draws a definition in which any member of the SDK's type may be
// set, absent or empty.
func definition(t *rapid.T) *ecs.RegisterTaskDefinitionInput {
	in := &ecs.RegisterTaskDefinitionInput{}
	draw(t, reflect.ValueOf(in).Elem(), 0)
	return in
}

func draw(t *rapid.T, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.SampledFrom(words).Draw(t, "word"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Int32:
		v.SetInt(int64(rapid.SampledFrom([]int{0, 1, 3, 5, 30, 80, 300}).Draw(t, "number")))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem(), depth)
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(t, "items"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			draw(t, v.Index(i), depth+1)
		}
	case reflect.Map:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.ValueOf(rapid.MapOfN(rapid.SampledFrom(words), rapid.SampledFrom(words), 0, 3).Draw(t, "entries")))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// Most members of a deep structure stay absent, or drawing takes long.
			if v.Type().Field(i).IsExported() && (depth == 0 || rapid.IntRange(0, 3).Draw(t, "member") == 0) {
				draw(t, v.Field(i), depth)
			}
		}
	}
}

// named gives every named thing a name of its own and drops the pairs that
// have no value, of which JSON has two spellings.
func named(in *ecs.RegisterTaskDefinitionInput) *ecs.RegisterTaskDefinitionInput {
	name := func(i int) *string { return aws.String(fmt.Sprint("n", i)) }
	for i := range in.Volumes {
		in.Volumes[i].Name = name(i)
	}
	for i := range in.ContainerDefinitions {
		c := &in.ContainerDefinitions[i]
		c.Name = name(i)
		for j := range c.Environment {
			c.Environment[j].Name = name(j)
		}
		for j := range c.Secrets {
			c.Secrets[j].Name = name(j)
		}
		if c.LogConfiguration != nil {
			for j := range c.LogConfiguration.SecretOptions {
				c.LogConfiguration.SecretOptions[j].Name = name(j)
			}
		}
	}
	return in
}

// full returns a definition with every member of the SDK's type set, to values
// that are nobody's default.
func full(tb testing.TB) *ecs.RegisterTaskDefinitionInput {
	tb.Helper()
	in := &ecs.RegisterTaskDefinitionInput{}
	fill(reflect.ValueOf(in).Elem())
	in.NetworkMode = types.NetworkModeBridge
	in.ContainerDefinitions[0].PortMappings[0].Protocol = types.TransportProtocolUdp
	return in
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("some " + v.Type().Name())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"some key": "some value"}))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// wreck changes whatever can be reached from v through memory.
func wreck(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			wreck(v.Elem())
			v.Elem().SetZero()
		}
	case reflect.Slice:
		for i := range v.Len() {
			wreck(v.Index(i))
			v.Index(i).SetZero()
		}
	case reflect.Map:
		v.Clear()
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				wreck(v.Field(i))
			}
		}
	}
}
