package nodeconfig

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

// TestFieldsMatchStruct walks the struct and compares it with the table: each member in both, under the same name.
func TestFieldsMatchStruct(t *testing.T) {
	t.Parallel()
	var d Document
	leaves := map[any]string{}
	walk(reflect.ValueOf(&d).Elem(), "", func(path string, p any) { leaves[p] = path })

	for _, r := range rows() {
		path, ok := leaves[r.at(&d)]
		if !ok {
			t.Errorf("%s: its row points to no member of Document, or to one that another row points to", r.Path)
			continue
		}
		delete(leaves, r.at(&d))
		if plain := strings.ToLower(strings.ReplaceAll(r.Path, "_", "")); plain != strings.ToLower(path) {
			t.Errorf("row %s points to %s", r.Path, path)
		}
	}
	for _, path := range leaves {
		t.Errorf("Document has %s, the table has not", path)
	}
}

// walk calls visit for each exported member that is not a struct.
func walk(v reflect.Value, path string, visit func(path string, p any)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name := strings.TrimPrefix(path+"."+field.Name, ".")
		if field.Type.Kind() == reflect.Struct {
			walk(v.Field(i), name, visit)
			continue
		}
		visit(name, v.Field(i).Addr().Interface())
	}
}

// TestFields holds each row to what the generators need of it.
func TestFields(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range rows() {
		if seen[r.Path] {
			t.Errorf("%s stands in the table twice", r.Path)
		}
		seen[r.Path] = true
		if !strings.HasSuffix(r.Doc, ".") || strings.Contains(r.Doc, "\n") {
			t.Errorf("%s: its description is not one line that ends with a full stop", r.Path)
		}
		if s := parent(r.Path); s != "" && !isSection(s) {
			t.Errorf("%s stands in no section", r.Path)
		}
		if r.Pattern != "" {
			if _, err := regexp.Compile(r.Pattern); err != nil || r.PatternHint == "" {
				t.Errorf("%s: pattern without hint, or %v", r.Path, err)
			}
		}
		if (r.Type == TypeInt || r.Type == TypeDuration || r.Type == TypeInts) && r.Range == nil {
			t.Errorf("%s has no bounds", r.Path)
		}
		if r.Type == TypeMap && r.checkPair == nil {
			t.Errorf("%s: nothing checks its entries", r.Path)
		}
		if r.Variable != "" {
			v, ok := agentenv.Find(r.Variable)
			if !ok || v.NotOnWindows != "" {
				t.Errorf("%s: the agent on Windows does not read %s", r.Path, r.Variable)
			}
		}
		if len(r.Enum) > 0 && r.Type != TypeString && r.Type != TypeStrings {
			t.Errorf("%s: a %s cannot be an enum", r.Path, r.Type)
		}
	}
}

// TestBounds tries both sides of each bound that the table has.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		if r.Range == nil {
			continue
		}
		bound := func(n int64) {
			for _, c := range []struct {
				n  int64
				ok bool
			}{{n - 1, n-1 >= r.Range.Min}, {n, true}, {n + 1, n+1 <= r.Range.Max}} {
				d := valid()
				d.Agent.PollMetrics = true
				d.Timeouts.Total = 2 * 3600e9
				if !store(r.at(d), ofType(r.Type, c.n)) {
					t.Fatalf("%s: cannot store a %s", r.Path, r.Type)
				}
				if got := blames(Validate(d), r.Path); got == c.ok {
					t.Errorf("%s = %d: blamed %t, want %t\n%v", r.Path, c.n, got, !c.ok, Validate(d))
				}
			}
		}
		bound(r.Range.Min)
		if r.Range.Max != Unbounded && r.Path != "timeouts.total" {
			bound(r.Range.Max)
		}
	}
}

func valid() *Document {
	d := Default()
	d.Cluster = "prod"
	return d
}

func blames(found Problems, path string) bool {
	for _, p := range found {
		if p.Path == path || strings.HasPrefix(p.Path, path+"[") {
			return true
		}
	}
	return false
}

func ofType(kind Type, n int64) any {
	switch kind {
	case TypeDuration:
		return time.Duration(n)
	case TypeInts:
		return []int{int(n)}
	}
	return int(n)
}

// TestMaxItems tries both sides of each limit on the number of entries.
func TestMaxItems(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		if r.MaxItems == 0 {
			continue
		}
		for _, n := range []int{r.MaxItems, r.MaxItems + 1} {
			d := valid()
			list, entries := []string{}, map[string]string{}
			for i := range n {
				list = append(list, fmt.Sprintf("10.0.0.%d", i+1))
				entries[fmt.Sprintf("name%d", i)] = "value"
			}
			if !store(r.at(d), list) {
				store(r.at(d), entries)
			}
			if got, want := blames(Validate(d), r.Path), n > r.MaxItems; got != want {
				t.Errorf("%s with %d entries: blamed %t, want %t", r.Path, n, got, want)
			}
		}
	}
}

// TestEnums tries each word of each enum, and one that is in none.
func TestEnums(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		for _, word := range append([]string{"nonsense"}, r.Enum...) {
			if len(r.Enum) == 0 {
				continue
			}
			d := valid()
			// What the words need of other members.
			d.AWSVPC.Enabled, d.Agent.TaskIAMRole = false, false
			d.Download.SHA256 = exampleDigest
			d.Download.Location = map[string]string{"https": "https://example.com/a", "s3": "s3://bucket/key"}[word]
			var value any = word
			if r.Type == TypeStrings {
				value = []string{word}
			}
			store(r.at(d), value)
			if got := blames(Validate(d), r.Path); got != (word == "nonsense") {
				t.Errorf("%s = %s: blamed %t", r.Path, word, got)
			}
		}
	}
}
