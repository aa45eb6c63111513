package nodeconfig

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
)

// Validate returns everything that is wrong with the values of a document, or nil. Parse has done it already.
func Validate(d *Document) Problems {
	v := validation{defaults: Default()}
	for _, r := range rows() {
		v.member(d, r)
	}
	v.crossChecks(d)
	return v.problems
}

// ValidateMember returns what is wrong with the value of one member by itself, or nil. Path is as in [Field]; what no
// member bears has no problems.
func ValidateMember(d *Document, path string) Problems {
	v := validation{defaults: Default()}
	if r, ok := find(path); ok {
		v.member(d, r)
	}
	return v.problems
}

// validation collects problems.
type validation struct {
	problems Problems
	defaults *Document
}

func (v *validation) add(path, message, remedy string) {
	v.problems = append(v.problems, Problem{Document: "NodeConfig", Path: path, Message: message, Remedy: remedy})
}

// member checks one value by its row.
func (v *validation) member(d *Document, r row) {
	switch value := load(r.at(d)).(type) {
	case string:
		switch {
		case value != "":
			v.text(r, r.Path, value)
		case r.Required:
			v.add(r.Path, "is missing", missing(r))
		case load(r.at(v.defaults)) != "":
			v.add(r.Path, "is empty", "remove it, and the default holds")
		}
	case int:
		v.number(r, r.Path, int64(value), strconv.Itoa)
	case time.Duration:
		v.number(r, r.Path, int64(value), func(n int) string { return FormatDuration(time.Duration(n)) })
	case []string:
		v.length(r, len(value))
		for i, item := range value {
			path := fmt.Sprintf("%s[%d]", r.Path, i)
			if item == "" {
				v.add(path, "is empty", "remove it")
				continue
			}
			v.text(r, path, item)
			if slices.Contains(value[:i], item) {
				v.add(path, "is in the list already", "remove it")
			}
		}
	case []int:
		for i, item := range value {
			path := fmt.Sprintf("%s[%d]", r.Path, i)
			v.number(r, path, int64(item), strconv.Itoa)
			if slices.Contains(value[:i], item) {
				v.add(path, "is in the list already", "remove it")
			}
		}
	case map[string]string:
		v.length(r, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			v.pair(r, key, value[key])
		}
	}
}

// text checks a string, or an item of a list, by enum, pattern and the row's own check.
func (v *validation) text(r row, path, value string) {
	if isReference(value) {
		v.reference(r, path, value)
		return
	}
	if what := looksSecret(value); what != "" {
		v.secret(r, path, what)
		return
	}
	if len(r.Enum) > 0 && !slices.Contains(r.Enum, value) {
		remedy := "write one of them"
		if near := nearest(value, r.Enum); near != "" {
			remedy = "did you mean " + near + "?"
		}
		v.add(path, "is not one of "+strings.Join(r.Enum, ", "), remedy)
		return
	}
	if r.pattern != nil && !r.pattern.MatchString(value) {
		v.add(path, "does not have the right form", "write "+r.PatternHint)
		return
	}
	if strings.ContainsFunc(value, isControl) {
		v.add(path, "has a line break or another control character in it", "write it in one line")
		return
	}
	if r.check != nil {
		v.checked(path, r.check(value))
	}
}

func (v *validation) reference(r row, path, value string) {
	if !r.Reference {
		v.add(path, "cannot be a reference", "write the value itself; it is none that has to be kept secret")
		return
	}
	if _, err := ParseReference(value); err != nil {
		v.add(path, "is not a reference that can be read", "write ssm:/name, secretsmanager:name or secretsmanager:name#key")
	}
}

func (v *validation) secret(r row, path, what string) {
	remedy := "remove it: every process on the instance can read user data"
	if r.Reference {
		remedy = "keep it in Parameter Store or Secrets Manager and write ssm:/name or secretsmanager:name: every process on the instance can read user data"
	}
	v.add(path, "looks like "+what, remedy)
}

func (v *validation) number(r row, path string, n int64, write func(int) string) {
	switch {
	case r.Range == nil:
	case n < r.Range.Min:
		v.add(path, "is below "+write(int(r.Range.Min)), "the least is "+write(int(r.Range.Min)))
	case n > r.Range.Max:
		v.add(path, "is above "+write(int(r.Range.Max)), "the most is "+write(int(r.Range.Max)))
	}
}

func (v *validation) length(r row, n int) {
	if r.MaxItems > 0 && n > r.MaxItems {
		v.add(r.Path, fmt.Sprintf("has %d entries, which is more than %d", n, r.MaxItems), "remove some")
	}
}

// pair checks an entry of a map.
func (v *validation) pair(r row, key, value string) {
	path := fmt.Sprintf("%s[%q]", r.Path, shown(key))
	if what := looksSecret(key); what != "" {
		v.secret(r, path, what)
		return
	}
	if isReference(value) {
		before := len(v.problems)
		v.reference(r, path, value)
		if len(v.problems) > before {
			return
		}
	} else if what := looksSecret(value); what != "" {
		v.secret(r, path, what)
		return
	} else if value != "" && secretIn(key) {
		v.secret(r, path, "a secret by its name")
		return
	}
	if member := memberOf(strings.ToUpper(key)); member != "" && r.Path == "agent.environment" {
		v.add(path, "has a member of its own", "give "+member)
		return
	}
	v.checked(path, r.checkPair(key, value))
}

// checked adds what a check of a single value says: the problem, and after a semicolon the remedy.
func (v *validation) checked(path, wrong string) {
	if wrong == "" {
		return
	}
	message, remedy, found := strings.Cut(wrong, "; ")
	if !found {
		remedy = "correct it, or remove it"
	}
	v.add(path, message, remedy)
}

// nearest returns the word that a misspelt one probably means, or "". Letter case, hyphens and underscores do not count.
func nearest(value string, words []string) string {
	if len(value) > 64 {
		return ""
	}
	plain := plainName(value)
	best, distance := "", max(1, len(plain)/3)+1
	for _, word := range words {
		if d := levenshtein.Distance(plain, plainName(word), nil); d < distance {
			best, distance = word, d
		}
	}
	return best
}

func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// missing says what to write where a required member is not given.
func missing(r row) string {
	if len(r.Enum) == 1 {
		return "write " + r.Path + ": " + r.Enum[0]
	}
	return "give " + r.PatternHint
}
