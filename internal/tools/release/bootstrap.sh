#!/usr/bin/env bash
# Usage: bootstrap.sh FOLDER VERSION
# Builds ecswin-bootstrap.exe for Windows into FOLDER, a second time from another path, and compares the two. With FRESH=1
# the second build compiles everything anew instead of taking what the build cache has, which takes minutes. Beside the
# program come its SHA-256 and its bill of materials.
set -euo pipefail
cd "$(dirname "$0")/../../.."
out=$(mkdir -p "$1" && cd "$1" && pwd) version=$2
release=internal/tools/release
limit=$((20 * 1024 * 1024))
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT

# Nothing of the caller's settings may get into the program.
export GOOS=windows GOARCH=amd64 GOAMD64=v1 CGO_ENABLED=0 GOFLAGS=-buildvcs=false
host() { env -u GOOS -u GOARCH -u GOAMD64 "$@"; }
host go build -C $release -trimpath -o "$work/" . github.com/tc-hib/go-winres

# numeric is the version in the four numbers that Windows takes; a build between releases is 0.0.0.0.
numeric=0.0.0.0
if [[ $version =~ ^([0-9]+\.[0-9]+\.[0-9]+)$ ]]; then numeric=$version.0; fi

# link TREE EXE [FLAGS]: the program of a source tree.
link() { go build -C "$1" -trimpath -ldflags "${3:--s -w} -buildid= -X main.version=$version" -o "$2" ./bootstrap; }
# program TREE EXE: the same with its version resource.
program() {
  link "$1" "$2"
  "$work/go-winres" patch --in $PWD/$release/winres.json --no-backup --delete --file-version "$numeric" --product-version "$numeric" "$2"
}

# Both builds have the source of one instant, at two paths: somebody may be editing it.
mkdir "$work/here" "$work/elsewhere"
tar -cf "$work/source.tar" go.mod go.sum bootstrap internal
for tree in here elsewhere; do tar -xf "$work/source.tar" -C "$work/$tree"; done

# What stands in for Windows or AWS in tests must not ship.
if fakes=$(go list -C "$work/here" -deps ./bootstrap | grep -E '/internal/(winetest|sandbox|acctest)(/|$)'); then
  printf 'the program holds fakes of tests:\n%s\n' "$fakes" >&2
  exit 1
fi

program "$work/here" "$out/ecswin-bootstrap.exe"
if [[ ${FRESH:-} == 1 ]]; then
  GOCACHE=$work/cache program "$work/elsewhere" "$work/again.exe"
else
  program "$work/elsewhere" "$work/again.exe"
fi
if ! cmp "$out/ecswin-bootstrap.exe" "$work/again.exe"; then
  echo "two builds of one source differ" >&2
  exit 1
fi

size=$(wc -c <"$out/ecswin-bootstrap.exe")
if ((size > limit)); then
  echo "ecswin-bootstrap.exe has $size bytes, more than $limit" >&2
  exit 1
fi
(cd "$out" && sha256sum ecswin-bootstrap.exe >SHA256SUMS)
"$work/release" sbom "$out/ecswin-bootstrap.exe" "$version" >"$out/ecswin-bootstrap.cdx.json"

# A function that finds methods by names it makes at run time lets the linker keep all that anybody might name.
link "$work/here" "$work/symbols.exe" -dumpdep 2>"$work/edges"
if finders=$(grep -o '[^ ]* <ReflectMethod>' "$work/edges" | sort -u); then
  printf 'because of these the linker keeps the methods of every type, megabytes of them:\n%s\n' "$finders" >&2
  exit 1
fi
go tool nm -size "$work/symbols.exe" | "$work/release" sizes
echo "$(cut -d' ' -f1 "$out/SHA256SUMS")  two builds alike, $size of at most $limit bytes"
