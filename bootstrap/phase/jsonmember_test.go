package phase_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

const someFile = `C:\ProgramData\test.json`

// drawObject draws an object as people and programs write it.
func drawObject(t *rapid.T) string {
	space := rapid.SampledFrom([]string{"", " ", "\n  ", "\r\n\t"})
	var members []string
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "fixed-cidr", "hosts", "ü"}), 0, 5, rapid.ID[string]).Draw(t, "names") {
		value := rapid.SampledFrom([]string{"1", "1.50", "null", "true", `"x, }"`, `"<&>"`, `{"fixed-cidr": {"a": [1, 2]} }`, "[ ]"}).Draw(t, "value")
		members = append(members, space.Draw(t, "space")+`"`+name+`"`+space.Draw(t, "space")+":"+space.Draw(t, "space")+value+space.Draw(t, "space"))
	}
	body := strings.Join(members, ",")
	if body == "" {
		body = space.Draw(t, "space")
	}
	return rapid.SampledFrom([]string{"", "\xef\xbb\xbf"}).Draw(t, "mark") + space.Draw(t, "space") + "{" + body + "}" + space.Draw(t, "space")
}

// TestMemberIsTakenBackToTheByte: set, and set again, one member of any object, then take it back.
func TestMemberIsTakenBackToTheByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := drawObject(t)
		m := sim.New(sim.Options{})
		m.WriteFile(someFile, []byte(content))
		ctx, h := t.Context(), m.Host()
		before, err := phase.JSONMember([]byte(content), "fixed-cidr")
		if err != nil {
			t.Fatal(err)
		}
		undo := phase.RestoreJSONMember(someFile, "fixed-cidr", before, true)
		for _, value := range []string{`"172.30.0.0/20"`, `"172.31.0.0/20"`} {
			if err := phase.SetJSONMember(ctx, h, someFile, "fixed-cidr", json.RawMessage(value)); err != nil {
				t.Fatal(err)
			}
			now, _ := m.File(someFile)
			got, err := phase.JSONMember(now, "fixed-cidr")
			if err != nil || string(got) != value {
				t.Fatalf("%q holds %q (%v), want %s", now, got, err, value)
			}
			if diff := cmp.Diff(others(t, content), others(t, string(now))); diff != "" {
				t.Fatalf("other members of %q: %s", now, diff)
			}
		}
		if err := phase.TakeBack(ctx, h, *undo); err != nil {
			t.Fatal(err)
		}
		if now, _ := m.File(someFile); string(now) != content {
			t.Fatalf("%q, want %q", now, content)
		}
	})
}

func others(t *rapid.T, object string) map[string]any {
	var all map[string]any
	if err := json.Unmarshal([]byte(strings.TrimPrefix(object, "\xef\xbb\xbf")), &all); err != nil {
		t.Fatalf("%q: %v", object, err)
	}
	delete(all, "fixed-cidr")
	return all
}

// TestMemberIsTakenBackFromAFileThatOthersChanged: what they did stays, and the file is one that can be read.
func TestMemberIsTakenBackFromAFileThatOthersChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		undo      *phase.Undo
		now, want string
		gone      bool
	}{
		"added behind it":               {undo: phase.RestoreJSONMember(someFile, "a", nil, false), now: `{"a":1,"b":2}`, want: `{"b":2}`},
		"added before it":               {undo: phase.RestoreJSONMember(someFile, "a", nil, true), now: `{"b":2, "a":1 }`, want: `{"b":2 }`},
		"around it":                     {undo: phase.RestoreJSONMember(someFile, "a", nil, true), now: `{"b":2,"a":1,"c":3}`, want: `{"b":2,"c":3}`},
		"written anew":                  {undo: phase.RestoreJSONMember(someFile, "a", []byte("0"), true), now: `{"b":2,"a":1}`, want: `{"b":2,"a":0}`},
		"removed it":                    {undo: phase.RestoreJSONMember(someFile, "a", nil, true), now: `{"b":2}`, want: `{"b":2}`},
		"removed it, and it was there":  {undo: phase.RestoreJSONMember(someFile, "a", []byte("0"), true), now: `{"b":2}`, want: `{"a": 0,"b":2}`},
		"removed it from our own file":  {undo: phase.RestoreJSONMember(someFile, "a", nil, false), now: `{"b":2}`, want: `{"b":2}`},
		"emptied our own file":          {undo: phase.RestoreJSONMember(someFile, "a", nil, false), now: `{ }`, gone: true},
		"emptied a file that was there": {undo: phase.RestoreJSONMember(someFile, "a", nil, true), now: `{ }`, want: `{ }`},
		"the same member twice":         {undo: phase.RestoreJSONMember(someFile, "a", []byte("0"), true), now: `{"a":1,"a":2}`, want: `{"a":1,"a":0}`},
	} {
		m := sim.New(sim.Options{})
		m.WriteFile(someFile, []byte(test.now))
		check(t, phase.TakeBack(t.Context(), m.Host(), *test.undo))
		if now, there := m.File(someFile); string(now) != test.want || there == test.gone {
			t.Errorf("%s: %q, want %q", name, now, test.want)
		}
	}
	// A file that is no object any more is left, and its text told to nobody.
	for _, now := range []string{"", "[]", `{"canary":`, `{"canary":1}}`, `{"canary":1}{}`, `"canary"`} {
		m := sim.New(sim.Options{})
		m.WriteFile(someFile, []byte(now))
		err := phase.TakeBack(t.Context(), m.Host(), *phase.RestoreJSONMember(someFile, "a", nil, true))
		if content, _ := m.File(someFile); err == nil || strings.Contains(err.Error(), "canary") || string(content) != now {
			t.Errorf("%q: %v, now %q", now, err, content)
		}
	}
}

// FuzzJSONMember sets and takes back a member in whatever is an object to encoding/json.
func FuzzJSONMember(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1}`, "{\n \"a\" : [1, {}],\"b\":\"\\u0061\" } ", `{"a":{"a":[1.50,"<&>"]},"A":1}`, `[]`, `null`, `{"a":1}}`, "\xef\xbb\xbf{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		before, err := phase.JSONMember(content, "a")
		var object map[string]any
		plain := json.Unmarshal([]byte(strings.TrimPrefix(string(content), "\xef\xbb\xbf")), &object)
		if err == nil && (plain != nil || object == nil) || err != nil && plain == nil && object != nil {
			t.Fatalf("%q: %v, encoding/json says %v", content, err, plain)
		}
		if err != nil {
			return
		}
		m := sim.New(sim.Options{})
		m.WriteFile(someFile, content)
		check(t, phase.SetJSONMember(t.Context(), m.Host(), someFile, "a", []byte("7")))
		check(t, phase.TakeBack(t.Context(), m.Host(), *phase.RestoreJSONMember(someFile, "a", before, true)))
		if now, _ := m.File(someFile); string(now) != string(content) {
			t.Errorf("%q, want %q", now, content)
		}
	})
}
