#!/usr/bin/env bash
# Usage: install.sh BINARY VERSION
# Copies the provider into the plugin folder in which Terraform looks for providers that were not downloaded.
set -euo pipefail
binary=$1 version=$2

# The folder's name is a version that Terraform can choose; a build between releases is 0.0.1 (0.0.0 counts as none).
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || version=0.0.1
platform=$(go env GOOS)_$(go env GOARCH)
plugins=$HOME/.terraform.d/plugins
suffix=$(go env GOEXE)
if [[ -n ${APPDATA:-} ]]; then plugins=$APPDATA/terraform.d/plugins; fi

target=$plugins/registry.terraform.io/ecswin/ecswin/$version/$platform
mkdir -p "$target"
cp "$binary" "$target/terraform-provider-ecswin_v$version$suffix"

cat <<TEXT
==> install: $target
    Terraform finds it with: source = "ecswin/ecswin"
    While you work on the provider, skip terraform init and lock files with this in your Terraform CLI configuration:
      provider_installation {
        dev_overrides { "ecswin/ecswin" = "$(dirname "$binary")" }
        direct {}
      }
TEXT
