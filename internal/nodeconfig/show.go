package nodeconfig

import (
	"maps"
	"slices"
)

// Setting is one value in force, and where it comes from.
type Setting struct {
	Path string
	// Value is the value as YAML. Values that are the user's own are masked; references are not.
	Value  string
	Origin Origin
}

// Show returns every member's value in force with its origin, in the order of [Fields].
func Show(d *Document) []Setting {
	var settings []Setting
	for _, r := range rows() {
		value := load(r.at(d))
		if r.Sensitive {
			value = masked(value)
		}
		settings = append(settings, Setting{Path: r.Path, Value: yamlText(value), Origin: d.Origin(r.Path)})
	}
	return settings
}

// masked replaces the values of strings and maps, but for references.
func masked(value any) any {
	switch value := value.(type) {
	case string:
		return mask(value)
	case map[string]string:
		shown := make(map[string]string, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			shown[key] = mask(value[key])
		}
		return shown
	}
	return value
}

func mask(value string) string {
	if _, err := ParseReference(value); err == nil || value == "" {
		return value
	}
	return "***"
}
