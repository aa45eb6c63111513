package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	// shown is how many packages the breakdown names.
	shown = 20
	// depth is how many elements of a package's path count: aws-sdk-go-v2's services are five deep.
	depth = 5
)

// printSizes adds up what `go tool nm -size` prints, by package, and prints the largest.
func printSizes(in io.Reader, out io.Writer) error {
	sizes, total := map[string]int{}, 0
	seen := map[string]bool{} // the linker marks the start of a section with symbols of its own
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		address, symbol, size, ok := parseSymbol(lines.Text())
		if !ok || seen[address] {
			continue
		}
		seen[address] = true
		sizes[packageOf(symbol)] += size
		total += size
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading symbols: %w", err)
	}
	if total == 0 {
		return fmt.Errorf("no symbols: give the output of `go tool nm -size` of a program that was linked without -s")
	}
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(sizes[b]-sizes[a], strings.Compare(a, b)) })
	rest := 0
	for i, name := range names {
		if i >= shown {
			rest += sizes[name]
			continue
		}
		fmt.Fprintf(out, "%8d KiB  %s\n", sizes[name]>>10, name)
	}
	fmt.Fprintf(out, "%8d KiB  %d more packages\n%8d KiB  all symbols\n", rest>>10, max(len(names)-shown, 0), total>>10)
	return nil
}

// parseSymbol reads a line as "  401000      123 T runtime.main". It takes code and read-only data alone: a Windows program
// has no sizes of symbols, so nm takes the way to the next one, and for variables that leads through what is not in the file.
func parseSymbol(line string) (address, symbol string, size int, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.ContainsAny(fields[2], "TtRr") {
		return "", "", 0, false
	}
	size, err := strconv.Atoi(fields[1])
	return fields[0], strings.Join(fields[3:], " "), size, err == nil && size > 0
}

// packageOf is the package of a symbol, its path cut to depth elements. What the linker makes itself, as type:... and
// go:..., counts by its kind.
func packageOf(symbol string) string {
	if symbol == "runtime.pclntab" {
		return "(the table of lines and functions)"
	}
	symbol, _, _ = strings.Cut(symbol, "[")
	if kind, _, ok := strings.Cut(symbol, ":"); ok && !strings.Contains(kind, "/") && !strings.Contains(kind, ".") {
		return "(" + kind + ")"
	}
	symbol, _, _ = strings.Cut(symbol, "(")
	slash := strings.LastIndex(symbol, "/") + 1
	name, _, dotted := strings.Cut(symbol[slash:], ".")
	if !dotted && slash == 0 {
		return "(other)"
	}
	elements := strings.Split(symbol[:slash]+name, "/")
	return strings.ReplaceAll(strings.Join(elements[:min(depth, len(elements))], "/"), "%2e", ".")
}
