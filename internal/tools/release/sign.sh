#!/usr/bin/env bash
# Usage: sign.sh sign EXE CERTIFICATE KEY    signs EXE in place (Authenticode, SHA-256)
#        sign.sh verify EXE AUTHORITIES      checks the signature of EXE
# Files are PEM; CERTIFICATE may hold the chain. TIMESTAMP_URL names an RFC 3161 time-stamp server: without one the
# signature ends with the certificate. PASSWORD_FILE holds the key's password.
set -euo pipefail
command -v osslsigncode >/dev/null || { echo 'osslsigncode is missing: apt-get install osslsigncode' >&2; exit 3; }

case "${1:-} $#" in
  'sign 4')
    exe=$2 options=(-certs "$3" -key "$4" -h sha256 -n ecswin-bootstrap -i https://github.com/ecswin/terraform-provider-ecswin)
    if [[ -n ${TIMESTAMP_URL:-} ]]; then options+=(-ts "$TIMESTAMP_URL"); fi
    if [[ -n ${PASSWORD_FILE:-} ]]; then options+=(-readpass "$PASSWORD_FILE"); fi
    rm -f "$exe.signed"
    osslsigncode sign "${options[@]}" -in "$exe" -out "$exe.signed"
    mv "$exe.signed" "$exe"
    ;;
  'verify 3')
    osslsigncode verify -CAfile "$3" -in "$2"
    ;;
  *)
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
