package awsjson_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
)

// FuzzDecode holds the reader to three promises: it never panics, it takes no
// text that encoding/json refuses, and every problem lies in the document.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"family": "web", "containerDefinitions": [{"name": "iis", "environment": [{"name": "A"}]}]}`,
		`{"family": 1, "platformVersion": [{"a": "b"}], "volumes": {"x": null}}`,
		`{"revision": 1e3, "registeredAt": -1, "cpu": "\ud83d\ude00"}`,
		"\xef\xbb\xbf[\"\\u0041\", 'x']",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var v types.TaskDefinition
		d, err := awsjson.Decode(src, &v, awsjson.Options{})
		var problems awsjson.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("an error that is no Problems: %v", err)
		}
		for _, p := range problems {
			if p.Position.Line < 1 || p.Position.Column < 1 || p.Message == "" || p.Path == "" {
				t.Errorf("incomplete problem %#v", p)
			}
			if d == nil {
				continue
			}
			if _, ok := d.Position(p.Path); !ok {
				t.Errorf("the document has no %s, where a problem is", p.Path)
			}
		}
		if d == nil {
			return
		}
		if plain := trimMark(src); !json.Valid(plain) {
			t.Errorf("accepted what is no JSON: %q", src)
		}
		if err == nil {
			if _, err := awsjson.Encode(&v); err != nil {
				t.Errorf("unable to encode what was decoded: %v", err)
			}
		}
	})
}

func trimMark(src []byte) []byte {
	if len(src) >= 3 && string(src[:3]) == "\xef\xbb\xbf" {
		return src[3:]
	}
	return src
}
