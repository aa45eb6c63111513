package ecs_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// FuzzOperations sends any body to every operation: each answers with JSON or
// with an error of AWS's.
func FuzzOperations(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"family":"a"}`, `{"clusters":[null],"include":[null]}`,
		`{"family":"a","containerDefinitions":[{}]}`,
		`{"family":"a","networkMode":"awsvpc","containerDefinitions":[null,{"name":"a","dependsOn":[{}],"secrets":[{}]}]}`,
		`{"family":"a","networkMode":"host","containerDefinitions":[{"name":"a","image":"b","memory":8,"portMappings":[{},null],` +
			`"mountPoints":[{}],"healthCheck":{},"restartPolicy":{},"logConfiguration":{}}],"volumes":[{},null],` +
			`"runtimePlatform":{},"placementConstraints":[{}],"tags":[{}],"requiresCompatibilities":["FARGATE"]}`,
		`{"taskDefinition":"a:1","taskDefinitions":["a","a:1",""],"resourceArn":"x","tags":[{}],"tagKeys":[""],"name":"awsvpcTrunking","value":"on"}`,
		`{"capacityProviders":["FARGATE"],"defaultCapacityProviderStrategy":[{}],"settings":[{}],"configuration":{"executeCommandConfiguration":{}}}`,
		`{"maxResults":-1,"nextToken":"YQ"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		service := ecs.NewModel(ec2.NewModel(nil), 0).Service()
		for name, operation := range service.Operations {
			reply, err := operation.Do(wire.Request{
				Operation: name, Region: "us-east-1", Now: start(), Body: []byte(body),
				Caller: wire.Identity{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root"},
			})
			var refusal *wire.Error
			switch {
			case err == nil && !json.Valid(reply):
				t.Errorf("%s answered what is no JSON: %s", name, reply)
			case err != nil && !errors.As(err, &refusal):
				t.Errorf("%s failed with an error that is none of AWS's: %v", name, err)
			}
		}
	})
}
