#!/bin/sh
# Fetches what the project carries of others, checked against npm's own sums.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# fetch PACKAGE@VERSION SHA512 unpacks into $tmp/package
fetch() {
	(cd "$tmp" && rm -rf ./*.tgz package && npm pack --silent --ignore-scripts "$1" >/dev/null)
	got=$(openssl dgst -sha512 -binary "$tmp"/*.tgz | openssl base64 -A)
	if [ "$got" != "$2" ]; then
		echo "$1 has the checksum $got instead of $2" >&2
		exit 1
	fi
	tar -xzf "$tmp"/*.tgz -C "$tmp"
}

fetch uplot@1.6.32 KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==
mkdir -p static/js/uplot
cp "$tmp"/package/dist/uPlot.esm.js "$tmp"/package/dist/uPlot.min.css "$tmp"/package/LICENSE static/js/uplot/

fetch axe-core@4.14.1 FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==
cp "$tmp"/package/axe.min.js "$tmp"/package/LICENSE "$tmp"/package/LICENSE-3RD-PARTY.txt web/browsertest/testdata/axe-core/

fetch @noble/hashes@2.4.0 X5XaVWZIBCT7HHZGm5I7ZQXDwLG+bGXuSrMQAW+7Zvl87h1kmc1ZB1VSRJcpUfoUrGQp4Fkoxm5kZ+Ms+aW+eA==
mkdir -p static/js/noble-hashes
for name in sha2 _md _u64 utils; do cp "$tmp/package/$name.js" static/js/noble-hashes/; done

fetch @zxcvbn-ts/language-common@4.1.3 g2bg4skmlJG9aJqC/nWziZzgYpSe/f3rKeGobrkdFiOrfZVFqqzUgC6BUQWuX54Sua9j0Jxxt+1bf4f/Mal1Kg==
node -e 'for (const p of require(process.argv[1])) console.log(p)' "$tmp/package/src/passwords.json" >access/common_passwords.txt
