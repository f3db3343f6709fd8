#!/bin/sh
# Fails if generating changes, makes or removes a file: what is committed must
# be what the sources give.
set -eu
sums() { find . -name '*_templ.go' -exec cksum {} + | sort -k 3; }
before=$(sums)
"${GO:-go}" tool templ generate >/dev/null 2>&1 || { "${GO:-go}" tool templ generate; exit 1; }
if [ "$before" != "$(sums)" ]; then
	echo "generated files were not up to date: commit what \"make generate\" has written" >&2
	exit 1
fi
