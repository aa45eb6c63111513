// Package density knows how many tasks in awsvpc mode fit on an EC2 instance by its network interfaces: each task takes one
// of its own, and the instance's primary interface counts too. The figures are published ones, embedded; at run time
// ec2:DescribeInstanceTypes is the authority for interfaces, and EC2 publishes no limit of branch interfaces.
package density

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Limits are the network interfaces of an instance type.
type Limits struct {
	// Interfaces is how many network interfaces an instance takes, over all network cards; DefaultCard is how many of
	// them the default card takes. Cards is the number of network cards.
	Interfaces, DefaultCard, Cards int
	// Tasks is how many tasks in awsvpc mode fit without ENI trunking, which is all that Windows has: ECS's own figure
	// where it published one, else the default card's interfaces minus the primary one.
	Tasks int
	// Published tells that Tasks is ECS's own figure. It is not for types newer than ECS's archived table of 2023.
	Published bool
	// TrunkTasks is ECS's own figure for Linux with ENI trunking, or 0 where it published none.
	TrunkTasks int
}

// Free returns how many tasks in awsvpc mode still fit when so many network interfaces, the primary one among them, are
// attached already. Interfaces that somebody attached by hand take room from tasks.
func (l Limits) Free(attached int) int {
	return max(0, l.Tasks+1-max(1, attached))
}

// Describe looks up an instance type, as m5.large.
func Describe(instanceType string) (Limits, bool) {
	l, ok := table()[instanceType]
	return l, ok
}

//go:embed limits.csv
var limitsFile string

// table is the parsed file; a test checks that nothing in it is skipped.
var table = sync.OnceValue(func() map[string]Limits {
	all, err := parse(limitsFile)
	if err != nil {
		return nil
	}
	return all
})

func parse(text string) (map[string]Limits, error) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comment = '#'
	records, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the table of interface limits: %w", err)
	}
	all := make(map[string]Limits, len(records))
	for _, record := range records[min(1, len(records)):] {
		l, err := limits(record)
		if err != nil {
			return nil, fmt.Errorf("reading the interface limits of %s: %w", record[0], err)
		}
		all[record[0]] = l
	}
	return all, nil
}

func limits(record []string) (Limits, error) {
	var numbers [5]int
	for i, text := range record[1:] {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return Limits{}, fmt.Errorf("column %d: %w", i+2, err)
		}
		numbers[i] = n
	}
	l := Limits{Interfaces: numbers[0], DefaultCard: numbers[1], Cards: numbers[2], Tasks: numbers[3], TrunkTasks: numbers[4], Published: numbers[3] > 0}
	if !l.Published {
		l.Tasks = l.DefaultCard - 1
	}
	return l, nil
}
