package ec2

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// query is the input of a call.
type query struct {
	form    url.Values
	missing bool
}

// list returns the values of a parameter such as VpcId.1, VpcId.2.
func (q query) list(name string) []string {
	var values []string
	for i := 1; ; i++ {
		v, ok := q.form[name+"."+strconv.Itoa(i)]
		if !ok {
			return values
		}
		values = append(values, v[0])
	}
}

// maxFilterValues is how many values a call's filters may have (EC2 API
// reference, Filter).
const maxFilterValues = 200

// filter is a condition on one property: it holds if any value matches.
type filter struct {
	name   string
	values []*regexp.Regexp
}

// filters reads Filter.1.Name, Filter.1.Value.1 and so on.
func (q query) filters() ([]filter, error) {
	var all []filter
	count := 0
	for i := 1; q.form.Has("Filter." + strconv.Itoa(i) + ".Name"); i++ {
		prefix := "Filter." + strconv.Itoa(i) + "."
		f := filter{name: q.form.Get(prefix + "Name")}
		for _, v := range q.list(prefix + "Value") {
			f.values = append(f.values, wildcard(v))
		}
		count += len(f.values)
		all = append(all, f)
	}
	if count > maxFilterValues {
		return nil, wire.Errorf("FilterLimitExceeded",
			"The maximum number of filter values specified on a single call is %d", maxFilterValues)
	}
	return all, nil
}

// wildcard returns a filter value as a pattern: * stands for any text, ? for
// any character, a backslash takes the meaning from either.
func wildcard(value string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?s)^")
	escaped := false
	for _, r := range value {
		switch {
		case r == '\\' && !escaped:
			escaped = true
			continue
		case r == '*' && !escaped:
			b.WriteString(".*")
		case r == '?' && !escaped:
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		escaped = false
	}
	b.WriteString("$")
	return regexp.MustCompile(b.String())
}

func (f filter) match(property []string) bool {
	return slices.ContainsFunc(f.values, func(pattern *regexp.Regexp) bool {
		return slices.ContainsFunc(property, pattern.MatchString)
	})
}

// kind says how a call selects among the things of one kind.
type kind[T any] struct {
	// ids is the parameter that lists ids, notFound the error's code for an
	// id that is not there, noun the thing's name in its text.
	ids, notFound, noun string
	// id is a thing's id.
	id func(T) string
	// tags are a thing's tags, which the filters tag:KEY and tag-key ask for.
	tags func(T) []Tag
	// filters returns a thing's values, by the name of the filter.
	filters map[string]func(T) []string
	// least is the smallest page that can be asked for.
	least int
}

// The bounds of a page (EC2 API reference, MaxResults).
const (
	defaultPage = 1000
	maxPage     = 1000
)

// choose returns the things that a call asks for, a page of them, and the next
// page's token.
func choose[T any](q query, k kind[T], things []T) (chosen []T, next string, err error) {
	size, err := q.pageSize(k.ids, k.least)
	if err != nil {
		return nil, "", err
	}
	chosen, err = byID(q, k, things)
	if err != nil {
		return nil, "", err
	}
	if chosen, err = byFilters(q, k, chosen); err != nil {
		return nil, "", err
	}
	last, err := base64.RawURLEncoding.DecodeString(q.form.Get("NextToken"))
	if err != nil {
		return nil, "", wire.Errorf("InvalidNextToken", "The token '%s' is invalid", q.form.Get("NextToken"))
	}
	if len(last) > 0 {
		at := slices.IndexFunc(chosen, func(t T) bool { return k.id(t) == string(last) })
		chosen = chosen[at+1:]
	}
	if len(chosen) > size {
		chosen = chosen[:size]
		next = base64.RawURLEncoding.EncodeToString([]byte(k.id(chosen[size-1])))
	}
	return chosen, next, nil
}

func (q query) pageSize(ids string, least int) (int, error) {
	asked := q.form.Get("MaxResults")
	if asked == "" {
		return defaultPage, nil
	}
	if q.form.Has(ids + ".1") {
		return 0, wire.Errorf("InvalidParameterCombination",
			"The parameter %s cannot be used with the parameter MaxResults", ids)
	}
	size, err := strconv.Atoi(asked)
	if err != nil || size < least || size > maxPage {
		return 0, wire.Errorf("InvalidParameterValue",
			"Value ( %s ) for parameter maxResults is invalid. Expecting a value between %d and %d.", asked, least, maxPage)
	}
	return size, nil
}

// byID returns the things whose ids a call lists, all of them if it lists
// none.
func byID[T any](q query, k kind[T], things []T) ([]T, error) {
	asked := q.list(k.ids)
	if len(asked) == 0 {
		if q.missing {
			return nil, nil
		}
		return things, nil
	}
	for _, id := range asked {
		there := slices.ContainsFunc(things, func(t T) bool { return k.id(t) == id })
		if !there || q.missing {
			return nil, wire.Errorf(k.notFound, "The %s '%s' does not exist", k.noun, id)
		}
	}
	var chosen []T
	for _, t := range things {
		if slices.Contains(asked, k.id(t)) {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
}

func byFilters[T any](q query, k kind[T], things []T) ([]T, error) {
	filters, err := q.filters()
	if err != nil {
		return nil, err
	}
	for _, f := range filters {
		if k.property(f.name) == nil {
			return nil, wire.Errorf("InvalidParameterValue", "The filter '%s' is invalid", f.name)
		}
	}
	var chosen []T
	for _, t := range things {
		fails := func(f filter) bool { return !f.match(k.property(f.name)(t)) }
		if !slices.ContainsFunc(filters, fails) {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
}

// property returns what reads a filter's values from a thing, or nil if there
// is no such filter.
func (k kind[T]) property(filter string) func(T) []string {
	key, byTag := strings.CutPrefix(filter, "tag:")
	switch {
	case byTag:
		return func(t T) []string { return tagValues(k.tags(t), key) }
	case filter == "tag-key":
		return func(t T) []string { return tagKeys(k.tags(t)) }
	default:
		return k.filters[filter]
	}
}

func tagValues(tags []Tag, key string) []string {
	var values []string
	for _, t := range tags {
		if t.Key == key {
			values = append(values, t.Value)
		}
	}
	return values
}

func tagKeys(tags []Tag) []string {
	var keys []string
	for _, t := range tags {
		keys = append(keys, t.Key)
	}
	return keys
}
