package ecs

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// example is an instance in zone us-east-1a with the attributes rack, "a b", and
// fast, which has no value.
func example() *containerInstance {
	return &containerInstance{ec2: "i-01", connected: true, attributes: []types.Attribute{
		attribute(attrZone, "us-east-1a"), attribute("rack", "a b"), attribute("fast", ""),
	}}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":                        true,
		"attribute:rack == 'a b'": true,
		"attribute:rack != 'a b'": false,
		"attribute:none == a":     false,
		"attribute:none != a":     true,
		"attribute:fast exists":   true,
		"attribute:none exists":   false,
		"attribute:none !exists":  true,
		"attribute:none not_exists and ec2InstanceId == i-01":                              true,
		"attribute:ecs.availability-zone in [us-east-1a, us-east-1b]":                      true,
		"attribute:ecs.availability-zone not_in [us-east-1a]":                              false,
		"attribute:ecs.availability-zone =~ us-east.*":                                     true,
		"attribute:ecs.availability-zone =~ 'us-east-1[bc]'":                               false,
		"attribute:ecs.availability-zone !~ us-west.*":                                     true,
		"agentConnected == true && !(attribute:fast exists)":                               false,
		"attribute:none exists or attribute:fast exists and agentConnected == false":       false,
		"(attribute:none exists or attribute:fast exists) and not agentConnected == false": true,
	} {
		holds, err := parseExpression(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := holds(example()); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}

func TestBrokenExpressions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"attribute:a", "attribute:a ==", "== a", "attribute:a == a b", "(attribute:a == a", "attribute:a in [a", "attribute:a in a",
		"attribute:a == a and", "not", "colour == red", "attribute:a =~ (", "attribute:a == 'a", "attribute:a =~ '('",
		strings.Repeat("(", 3000),
	} {
		if _, err := parseExpression(text); err == nil {
			t.Errorf("%.40s: no error", text)
		}
	}
}

// Whatever a caller sends, reading it ends, and what was read can be asked.
func FuzzExpression(f *testing.F) {
	f.Add("attribute:rack == a and !(attribute:b in [a, 'b'] or ec2InstanceId =~ i-.*)")
	f.Add("((not attribute:a !exists")
	f.Fuzz(func(t *testing.T, text string) {
		holds, err := parseExpression(text)
		if (holds == nil) == (err == nil) {
			t.Fatalf("%q: a condition %t, and error %v", text, holds != nil, err)
		}
		if holds == nil || strings.TrimSpace(text) == "" || len(text)+len("!()") > maxExpression {
			return
		}
		opposite, err := parseExpression("!(" + text + ")")
		if err != nil || opposite(example()) == holds(example()) {
			t.Errorf("%q is no more true than its opposite: %v", text, err)
		}
	})
}
