package density

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Limits{
		"m5.large":      {Interfaces: 3, DefaultCard: 3, Cards: 1, Tasks: 2, Published: true, TrunkTasks: 10},
		"c6in.32xlarge": {Interfaces: 16, DefaultCard: 8, Cards: 2, Tasks: 13, Published: true, TrunkTasks: 120},
		"c8i.large":     {Interfaces: 3, DefaultCard: 3, Cards: 1, Tasks: 2},
		"p5.48xlarge":   {Interfaces: 64, DefaultCard: 2, Cards: 32, Tasks: 1},
	} {
		got, ok := Describe(name)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("Describe(%s): found %v (-want +got)\n%s", name, ok, diff)
		}
	}
	if _, ok := Describe("m5.gigantic"); ok {
		t.Error("Describe knows a type that does not exist")
	}
}

func TestFreeCountsForeignInterfaces(t *testing.T) {
	t.Parallel()
	l := Limits{Interfaces: 3, Tasks: 2}
	for attached, want := range map[int]int{0: 2, 1: 2, 2: 1, 3: 0, 4: 0} {
		if got := l.Free(attached); got != want {
			t.Errorf("Free(%d) = %d, want %d", attached, got, want)
		}
	}
}

// TestTheFileIsWhole holds the embedded figures together: each row counts, and none contradicts itself.
func TestTheFileIsWhole(t *testing.T) {
	t.Parallel()
	all, err := parse(limitsFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(limitsFile) {
		if !strings.HasPrefix(line, "#") {
			rows++
		}
	}
	if len(all) != rows-1 || len(all) < 1000 {
		t.Errorf("%d types of %d rows", len(all), rows-1)
	}
	for name, l := range all {
		if l.Cards < 1 || l.DefaultCard < 1 || l.Interfaces < l.DefaultCard || l.Tasks < 0 || l.Tasks >= l.Interfaces || l.Cards == 1 && l.Interfaces != l.DefaultCard {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestParseNamesTheRow(t *testing.T) {
	t.Parallel()
	_, err := parse("instance_type,a,b,c,d,e\nm5.large,3,x,1,,\n")
	if err == nil || !strings.Contains(err.Error(), "m5.large") || !strings.Contains(err.Error(), "column 3") {
		t.Errorf("parse() = %v, want the row and the column", err)
	}
}
