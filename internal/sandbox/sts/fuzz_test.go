package sts_test

import (
	"encoding/xml"
	"errors"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/identity"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sts"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// FuzzOperations sends any form to every operation: each answers with XML or
// with an error of AWS's.
func FuzzOperations(f *testing.F) {
	for _, form := range []string{
		"", "%", "RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=ci&WebIdentityToken=t",
		"RoleArn=arn:aws:iam::123456789012:role/&RoleSessionName=ci&DurationSeconds=x",
		"RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=ci&DurationSeconds=99999999999",
	} {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, form string) {
		service := sts.Service(identity.NewDirectory("123456789012", "aws", nil))
		for name, operation := range service.Operations {
			reply, err := operation.Do(wire.Request{Operation: name, Now: time.Unix(0, 0), Body: []byte(form)})
			var refusal *wire.Error
			switch {
			case err == nil && xml.Unmarshal(reply, new(struct{})) != nil:
				t.Errorf("%s answered what is no XML: %s", name, reply)
			case err != nil && !errors.As(err, &refusal):
				t.Errorf("%s failed with an error that is none of AWS's: %v", name, err)
			}
		}
	})
}
