package ecs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// fleet is what the property knows of an estate that tasks come and go in.
type fleet struct {
	*estate
	slots map[string]int // by EC2 instance
	tasks []string
}

// Whatever runs, stops and passes: no instance has more interfaces than slots,
// no address is used twice, and in the end everything is given back.
func TestInterfacesAreNeverHandedOutTwice(t *testing.T) {
	t.Parallel()
	driven := []*estate{newEstate(t, 0), newEstate(t, time.Second)}
	rapid.Check(t, func(rt *rapid.T) {
		f := &fleet{estate: rapid.SampledFrom(driven).Draw(rt, "driven"), slots: map[string]int{}}
		f.Reset()
		f.fill(t)
		for range rapid.IntRange(1, 3).Draw(rt, "instances") {
			zone := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "zone")
			kind := rapid.SampledFrom([]string{"t3.micro", "m5.large", "m5.xlarge"}).Draw(rt, "type")
			ids := f.add(t, sandbox.Instance{Type: kind, SubnetID: f.subnets[zone]})
			f.slots[ids.EC2] = map[string]int{"t3.micro": 1, "m5.large": 2, "m5.xlarge": 3}[kind]
		}
		rt.Repeat(map[string]func(*rapid.T){
			"run":  f.runSome,
			"stop": f.stopOne,
			"pass": f.pass,
			"":     f.check,
		})
		f.stopAll(rt)
	})
}

func (f *fleet) runSome(rt *rapid.T) {
	zone := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "zone")
	out, err := f.ecs.RunTask(rt.Context(), f.request(func(in *ecs.RunTaskInput) {
		in.Count = aws.Int32(rapid.Int32Range(1, 4).Draw(rt, "count"))
		in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{f.subnets[zone]}
	}))
	if err != nil {
		rt.Fatal(err)
	}
	for _, task := range out.Tasks {
		f.tasks = append(f.tasks, *task.TaskArn)
	}
}

func (f *fleet) stopOne(rt *rapid.T) {
	if len(f.tasks) == 0 {
		rt.Skip("no task")
	}
	task := rapid.SampledFrom(f.tasks).Draw(rt, "task")
	if _, err := f.ecs.StopTask(rt.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: &task}); err != nil {
		rt.Fatal(err)
	}
}

func (f *fleet) pass(rt *rapid.T) {
	f.clock.Advance(time.Duration(rapid.IntRange(0, 5000).Draw(rt, "milliseconds")) * time.Millisecond)
	if len(f.tasks) > 0 {
		task := rapid.SampledFrom(f.tasks).Draw(rt, "task")
		f.describeSome(rt, task)
	}
}

func (f *fleet) describeSome(rt *rapid.T, tasks ...string) *ecs.DescribeTasksOutput {
	out, err := f.ecs.DescribeTasks(rt.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: tasks})
	if err != nil {
		rt.Fatal(err)
	}
	return out
}

func (f *fleet) check(rt *rapid.T) {
	out, err := f.ec2.DescribeNetworkInterfaces(rt.Context(), &ec2api.DescribeNetworkInterfacesInput{})
	if err != nil {
		rt.Fatal(err)
	}
	used, addresses := map[string]int{}, map[string]bool{}
	for _, n := range out.NetworkInterfaces {
		if addresses[*n.PrivateIpAddress] {
			rt.Errorf("%s is used twice", *n.PrivateIpAddress)
		}
		addresses[*n.PrivateIpAddress] = true
		if *n.RequesterManaged {
			used[*n.Attachment.InstanceId]++
		}
	}
	for id, n := range used {
		if n > f.slots[id] {
			rt.Errorf("%s has %d interfaces for tasks and %d slots", id, n, f.slots[id])
		}
	}
}

func (f *fleet) stopAll(rt *rapid.T) {
	for _, task := range f.tasks {
		_, err := f.ecs.StopTask(rt.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: &task})
		if err != nil {
			rt.Fatal(err)
		}
	}
	for range 4 {
		f.clock.Advance(time.Second)
		for _, task := range f.tasks {
			f.describeSome(rt, task)
		}
	}
	out, err := f.ec2.DescribeSubnets(rt.Context(), &ec2api.DescribeSubnetsInput{})
	if err != nil {
		rt.Fatal(err)
	}
	free := 0
	for _, s := range out.Subnets {
		free += int(*s.AvailableIpAddressCount)
	}
	if want := 3*4091 - len(f.slots); free != want {
		rt.Errorf("%d addresses are free, want %d", free, want)
	}
}
