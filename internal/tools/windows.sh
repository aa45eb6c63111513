#!/usr/bin/env bash
# Lists the packages that have other files on Windows than on Linux. The others read the same on both.
set -euo pipefail
module=$(go list -m)
files=".{{slice .ImportPath ${#module}}} {{.GoFiles}}{{.TestGoFiles}}{{.XTestGoFiles}}"
list() { CGO_ENABLED=0 go list -f "$files" ./... | sort; }
linux=$(GOOS=linux list)
windows=$(GOOS=windows list)
comm -13 <(echo "$linux") <(echo "$windows") | cut -d' ' -f1
