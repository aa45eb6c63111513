#!/usr/bin/env bash
# Usage: soak.sh CHECKS FUZZTIME
# Runs every property test with CHECKS checks, then every fuzz target for FUZZTIME, one after the other.
set -euo pipefail
checks=$1 fuzztime=$2

# Only test binaries that contain rapid know its flags.
imports='{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}}{{"\n"}}{{end}}{{end}}'
mapfile -t properties < <(go list -f "$imports" ./... | sed '/^$/d' | sort -u)
if ((${#properties[@]})); then
  go test -timeout 2h "${properties[@]}" -rapid.checks="$checks"
fi

# The whole table of faults: the race detector, with which the tests run otherwise, sees a part of it.
go test -count=1 -timeout 30m -v -run '^TestFaults$' ./provider/ | { grep -v -e '^ *--- PASS' -e '^=== ' || true; }

# `go test -fuzz` takes one package and one target at a time.
while IFS=: read -r file target; do
  package=./$(dirname "${file#./}")
  echo "fuzz: $package $target"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" "$package"
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/:func /:/' | sort)
