#!/bin/sh
# Fuzzes every target of every package for a time: fuzz.sh 60s
set -eu
go=${GO:-go}
for pkg in $("$go" list ./...); do
	for target in $("$go" test -list '^Fuzz' "$pkg" | grep '^Fuzz' || :); do
		"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$pkg"
	done
done
