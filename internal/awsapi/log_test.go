package awsapi_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

const canary = "canary-7f3a"

// logTo returns a context whose log lines of all levels go to a buffer.
func logTo(ctx context.Context) (context.Context, *bytes.Buffer) {
	var out bytes.Buffer
	return tflogtest.RootLogger(ctx, &out), &out
}

// TestLogHoldsNoSecret puts a canary wherever a user may put a secret, sends
// it, lets AWS send it back, and looks for it in the log.
func TestLogHoldsNoSecret(t *testing.T) {
	client := connect(t, answer(http.StatusOK, `{"taskDefinition":{"family":"web","containerDefinitions":[{
		"name":"iis","environment":[{"name":"COLOUR","value":"`+canary+`"}],"command":["`+canary+`"],"entryPoint":["`+canary+`"],
		"dockerLabels":{"l":"`+canary+`"},"healthCheck":{"command":["CMD","`+canary+`"],"interval":30},
		"logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"`+canary+`"}}}]}}`),
		func(c *awsapi.Config) {
			c.AccessKey, c.SecretKey, c.Token = "AKID"+canary, canary, canary
		})
	ctx, out := logTo(t.Context())
	_, err := client.TaskDefinitions.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:                  aws.String("iis"),
			Image:                 aws.String("example/iis"),
			Environment:           []types.KeyValuePair{{Name: aws.String("COLOUR"), Value: aws.String(canary)}},
			EnvironmentFiles:      []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: aws.String(canary)}},
			Command:               []string{canary},
			EntryPoint:            []string{canary},
			DockerLabels:          map[string]string{"l": canary},
			HealthCheck:           &types.HealthCheck{Command: []string{canary}},
			LogConfiguration:      &types.LogConfiguration{LogDriver: "splunk", Options: map[string]string{"splunk-token": canary}},
			RepositoryCredentials: &types.RepositoryCredentials{CredentialsParameter: aws.String(canary)},
			FirelensConfiguration: &types.FirelensConfiguration{Type: "fluentbit", Options: map[string]string{"o": canary}},
		}},
		Volumes: []types.Volume{{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{
			DriverOpts: map[string]string{"o": canary}, Labels: map[string]string{"l": canary},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	log := out.String()
	if strings.Contains(log, canary) {
		t.Errorf("the log holds the canary:\n%s", log)
	}
	for _, want := range []string{"RegisterTaskDefinition", "req-1", "attempt=1", "COLOUR", "example/iis", "http_status", "splunk-token"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not tell %q:\n%s", want, log)
		}
	}
}

// TestLogOfSTSHoldsNoSecret: the bodies of STS are no JSON, and hold the
// credentials of the role.
func TestLogOfSTSHoldsNoSecret(t *testing.T) {
	isolate(t)
	sts := newFakeSTS(t, "111122223333")
	ctx, out := logTo(t.Context())
	_, err := awsapi.New(ctx, awsapi.Config{
		Region: "eu-west-1", AccessKey: "K", SecretKey: canary, Token: canary, Endpoints: awsapi.Endpoints{STS: sts.URL},
		AssumeRoles: []awsapi.AssumeRole{{RoleARN: "arn:aws:iam::1:role/" + canary, ExternalID: canary}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if log := out.String(); strings.Contains(log, canary) || !strings.Contains(log, "AssumeRole") {
		t.Errorf("the log holds the canary, or nothing:\n%s", log)
	}
}

func TestLogOfAttempts(t *testing.T) {
	first := true
	client := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			ecsError(400, "ThrottlingException", "Rate exceeded")(w, r)
			return
		}
		answer(200, `{}`)(w, r)
	}, nil)
	ctx, out := logTo(t.Context())
	if _, err := client.Clusters.DescribeClusters(ctx, &ecs.DescribeClustersInput{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), `"@message":"Called AWS"`); got != 2 {
		t.Errorf("%d lines, want one for each of 2 attempts:\n%s", got, out)
	}
}
