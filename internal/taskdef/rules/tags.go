package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

func tagRules() []Rule {
	return []Rule{{
		ID: "DEF090", Severity: Error,
		Title:  "There are too many tags",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep at most 50 tags, counting the provider's default tags.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if n := len(d.in.Tags); n > maxTags {
				report(taskdef.At("tags"), "The definition has %d tags.", n)
			}
		},
	}, {
		ID: "DEF091", Severity: Error,
		Title:  "A tag's key is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use 1 to 128 letters, digits, spaces and the characters + - = . _ : / @",
		Source: apiType("Tag"),
		check: eachTag(func(d *definition, tag types.Tag, at taskdef.Path, report reporter) {
			key := value(tag.Key)
			if (key != "" || d.known(at)) && !isTagText(key, 1, maxTagKey) {
				report(at, "The key has characters that are not allowed, or not 1 to %d of them.", maxTagKey)
			}
		}),
	}, {
		ID: "DEF092", Severity: Error,
		Title:  "A tag's value is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use at most 256 letters, digits, spaces and the characters + - = . _ : / @",
		Source: apiType("Tag"),
		check: eachTag(func(_ *definition, tag types.Tag, at taskdef.Path, report reporter) {
			if !isTagText(value(tag.Value), 0, maxTagValue) {
				report(at, "The value has characters that are not allowed, or more than %d of them.", maxTagValue)
			}
		}),
	}, {
		ID: "DEF093", Severity: Error,
		Title:  "A tag's key begins with aws:",
		Effect: "The ECS API rejects the definition: the prefix is reserved for AWS, in any case of letters.",
		Remedy: "Use another key.",
		Source: apiType("Tag"),
		check: eachTag(func(_ *definition, tag types.Tag, at taskdef.Path, report reporter) {
			if strings.HasPrefix(strings.ToLower(value(tag.Key)), "aws:") {
				report(at, "The key has the reserved prefix.")
			}
		}),
	}, {
		ID: "DEF094", Severity: Error,
		Title:  "Two tags have the same key",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give every tag a key of its own.",
		Source: apiType("Tag"),
		check: func(d *definition, report reporter) {
			for _, i := range repeats(d.in.Tags, func(t types.Tag) string { return value(t.Key) }) {
				report(tagPath(d.in.Tags[i]), "More than one tag has the key.")
			}
		},
	}}
}

func tagPath(tag types.Tag) taskdef.Path {
	return taskdef.At("tags").Key(value(tag.Key))
}

// eachTag makes a check out of one for a single tag.
func eachTag(one func(d *definition, tag types.Tag, at taskdef.Path, report reporter)) check {
	return func(d *definition, report reporter) {
		for _, tag := range d.in.Tags {
			one(d, tag, tagPath(tag), report)
		}
	}
}

// isTagText reports whether s has from shortest to longest characters, all of
// them allowed in tags.
func isTagText(s string, shortest, longest int) bool {
	n := utf8.RuneCountInString(s)
	return n >= shortest && n <= longest && !strings.ContainsFunc(s, notInTag)
}

func notInTag(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Z, r) && !strings.ContainsRune("+-=._:/@", r)
}
