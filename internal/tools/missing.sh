#!/usr/bin/env bash
# Says, one line each, what the tests skip on this machine and how to get it.
set -euo pipefail

say() { printf 'skipped: %s; to run them: %s\n' "$1" "$2"; }

command -v gcc >/dev/null ||
  say 'the race detector' 'apt-get install gcc'
command -v terraform >/dev/null ||
  say 'tests that run Terraform, the format of the examples, the check of docs/' 'put terraform 1.11 or newer on PATH, from https://developer.hashicorp.com/terraform/install'
command -v aws >/dev/null ||
  say 'tests of the sandbox with the AWS CLI' 'apt-get install awscli'
python3 -c 'import boto3' 2>/dev/null ||
  say 'tests of the sandbox with boto3' 'apt-get install python3-boto3'
command -v npm >/dev/null ||
  say 'tests of the sandbox with @aws-sdk/client-ecs' 'apt-get install npm'
command -v osslsigncode >/dev/null ||
  say 'the test that signs a program' 'apt-get install osslsigncode'
if ! { command -v /usr/lib/wine/wine64 || command -v wine64; } >/dev/null || ! command -v x86_64-w64-mingw32-gcc >/dev/null; then
  say 'tests of the Windows program under Wine' 'apt-get install -y --no-install-recommends wine64 wine gcc-mingw-w64-x86-64'
elif ! unshare --net true 2>/dev/null; then
  say 'tests of the Windows program under Wine' 'run make as root, or as: unshare --user --map-root-user make test'
fi
