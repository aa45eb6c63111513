#!/usr/bin/env bash
# Usage: soak.sh CHECKS FUZZTIME
# Runs every property test with CHECKS checks, the bootstrap's random faults with five times as many, then every fuzz target
# for FUZZTIME, one after the other. SOAK_SEED repeats the faults of an earlier soak.
set -euo pipefail
checks=$1 fuzztime=$2

# Only test binaries that contain rapid know its flags.
imports='{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}}{{"\n"}}{{end}}{{end}}'
mapfile -t properties < <(go list -f "$imports" ./... | sed -e '/^$/d' -e '/bootstrap\/run$/d' | sort -u)
if ((${#properties[@]})); then
  go test -timeout 2h "${properties[@]}" -rapid.checks="$checks"
fi

# The random faults of the bootstrap: the test has twenty parts. Each gets seeds of its own, as one seed for all would have
# them try the same.
faults=$(mktemp -d)
trap 'rm -rf "$faults"' EXIT
go test -c -o "$faults/run.test" ./bootstrap/run
seq 0 19 | base=${SOAK_SEED:-$(date +%s)} program=$faults/run.test each=$((checks / 4)) xargs -P "$(nproc)" -I PART bash -euc '
  cd bootstrap/run
  seed=$((base + PART * 1000000000))
  echo "random faults: part PART, $each sequences, seed $seed (SOAK_SEED=$base)"
  "$program" -test.timeout 2h -test.run "^TestRandomFaults$/^PART$" -rapid.checks="$each" -rapid.seed="$seed"'

# Every kill point of the shipped program on a machine under Wine; the tests take a part of them otherwise.
ECSWIN_ALL_KILL_POINTS=1 go test -count=1 -timeout 1h -v -run '^TestKilledAtAnyWrite$' ./bootstrap/machinetest | { grep -v -e '^ *--- PASS' -e '^=== ' || true; }

# The whole table of faults: the race detector, with which the tests run otherwise, sees a part of it.
go test -count=1 -timeout 30m -v -run '^TestFaults$' ./provider/ | { grep -v -e '^ *--- PASS' -e '^=== ' || true; }

# `go test -fuzz` takes one package and one target at a time.
while IFS=: read -r file target; do
  package=./$(dirname "${file#./}")
  echo "fuzz: $package $target"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" "$package"
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/:func /:/' | sort)
