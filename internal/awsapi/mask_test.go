package awsapi

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMaskJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"plain":              {`{"family":"web","cpu":1234567890123456789}`, `{"cpu":1234567890123456789,"family":"web"}`},
		"environment":        {`{"environment":[{"name":"A","value":"x"}]}`, `{"environment":[{"name":"A","value":"***"}]}`},
		"any case":           {`{"SessionToken":"x","COMMAND":["x",1,true,null]}`, `{"COMMAND":["***","***","***",null],"SessionToken":"***"}`},
		"labels":             {`{"dockerLabels":{"a":"x","name":"y"}}`, `{"dockerLabels":{"a":"***","name":"***"}}`},
		"tags stay":          {`{"tags":[{"key":"k","value":"v"}]}`, `{"tags":[{"key":"k","value":"v"}]}`},
		"name in name":       {`{"environment":[{"name":{"value":"x"}}]}`, `{"environment":[{"name":{"value":"***"}}]}`},
		"map of environment": {`{"environment":{"name":"x"}}`, `{"environment":{"name":"***"}}`},
		"XML":                {`<a>x</a>`, notJSON},
		"two":                {`{} x`, notJSON},
		"cut off":            {`{"a":`, notJSON},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, maskJSON([]byte(tt.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzMaskJSON: whatever the document, no text below a secret member is left,
// and the outcome is JSON or the refusal.
func FuzzMaskJSON(f *testing.F) {
	f.Add(`"canary"`)
	f.Add(`{"a":["canary",{"b":"canary"}]}`)
	f.Fuzz(func(t *testing.T, value string) {
		got := maskJSON([]byte(`{"command":` + value + `}`))
		if got == notJSON {
			return
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("not JSON: %s", got)
		}
		var document struct {
			Command any `json:"command"`
		}
		if err := json.Unmarshal([]byte(got), &document); err != nil {
			t.Skip("more than one member")
		}
		if text, ok := document.Command.(string); ok && text != masked {
			t.Errorf("left: %s", text)
		}
	})
}
