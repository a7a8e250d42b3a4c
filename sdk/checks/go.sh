#!/usr/bin/env bash
# The Go library: format, vet, build, tests.
. "$(dirname "$0")/common.sh"
need go 'install Go 1.22 or newer'
cd "$sdk/go"
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "gofmt: $unformatted"; exit 1; }
go vet ./...
go build ./...
# The vectors lie outside the module, where the test cache does not see them change.
go test -count=1 ./...
