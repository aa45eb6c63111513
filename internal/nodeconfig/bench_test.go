package nodeconfig

import "testing"

// BenchmarkParse reads the example, which has every section.
func BenchmarkParse(b *testing.B) {
	text := Example()
	for b.Loop() {
		if _, err := Parse(text, "example"); err != nil {
			b.Fatal(err)
		}
	}
}
