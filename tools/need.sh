#!/bin/sh
# Makes sure that programs are there which Go cannot bring along. Silent when
# they are; as root with apt-get they are installed; else one line says what to do.
#
#   need.sh npm-or-postgresql   the embedded database can be fetched or run
#   need.sh postgresql          PostgreSQL 15 or newer (else npm, to fetch it)
#   need.sh chromium            a browser for the tests
#   need.sh libreoffice         a spreadsheet for the tests
#   need.sh nginx               a reverse proxy for the tests
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

can_apt() { [ "$(id -u)" = 0 ] && have apt-get; }

apt_install() {
	echo "installing $1 …" >&2
	log=$(mktemp)
	export DEBIAN_FRONTEND=noninteractive
	if apt-get -qq -o DPkg::Lock::Timeout=120 update >"$log" 2>&1 &&
		apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold \
			install --no-install-recommends "$1" >>"$log" 2>&1 </dev/null; then
		rm -f "$log"
	else
		tail -n 5 "$log" >&2
		rm -f "$log"
		return 1
	fi
}

new_enough() { # a postgres of 15 or newer that runs
	major=$("$1" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
	[ -n "$major" ] && [ "$major" -ge 15 ]
}

# The folders that store/localpg looks in.
find_postgresql() {
	if [ -n "${PG_BIN:-}" ]; then
		new_enough "$PG_BIN/postgres"
		return
	fi
	for p in "$(command -v postgres || :)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres \
		/usr/libexec/postgresql*/postgres /usr/lib/postgresql*/bin/postgres /usr/local/pgsql/bin/postgres \
		/opt/homebrew/opt/postgresql@*/bin/postgres /usr/local/opt/postgresql@*/bin/postgres \
		/Applications/Postgres.app/Contents/Versions/*/bin/postgres /Library/PostgreSQL/*/bin/postgres; do
		[ -x "$p" ] && new_enough "$p" && return
	done
	return 1
}

can_fetch() { # the package is built for macOS and for Linux with glibc
	have npm && ! ls /lib/ld-musl-* >/dev/null 2>&1
}

apt_postgresql() {
	# The package would create a database and start its server, which nothing here uses.
	conf=/etc/postgresql-common/createcluster.conf
	if [ ! -e "$conf" ]; then
		mkdir -p "${conf%/*}"
		printf '# Written by Enquiryboard before it installed PostgreSQL; remove it if you like.\ncreate_main_cluster = false\n' >"$conf"
	fi
	apt_install postgresql
}

need_postgresql() {
	if find_postgresql; then return; fi
	if can_apt && apt_postgresql && find_postgresql; then return; fi
	if can_fetch; then return; fi
	fail "PostgreSQL 15 or newer is needed" postgresql postgresql@18 "PG_BIN to the folder of its programs"
}

need_chromium() {
	if find_chromium; then return; fi
	if can_apt && apt_install chromium && find_chromium; then return; fi
	fail "the tests need Chromium or Chrome" chromium "--cask chromium" "CHROME_BIN to its program"
}

find_chromium() {
	if [ -n "${CHROME_BIN:-}" ]; then
		have "$CHROME_BIN"
		return
	fi
	for p in chromium chromium-browser google-chrome google-chrome-stable \
		/Applications/Chromium.app/Contents/MacOS/Chromium \
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
		# A package that only points to a snap is no browser.
		have "$p" && "$p" --version >/dev/null 2>&1 && return
	done
	return 1
}

need_nginx() {
	if find_nginx; then return; fi
	if can_apt && apt_nginx && find_nginx; then return; fi
	fail "the tests need nginx" nginx nginx "NGINX_BIN to its program"
}

# Where the tests look for it.
find_nginx() {
	if [ -n "${NGINX_BIN:-}" ]; then
		have "$NGINX_BIN"
		return
	fi
	have nginx || [ -x /usr/sbin/nginx ]
}

apt_nginx() {
	# The package would start a server on port 80, which nothing here uses.
	policy=/usr/sbin/policy-rc.d
	if [ -e "$policy" ]; then
		apt_install nginx
		return
	fi
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
	apt_install nginx
}

need_libreoffice() {
	if find_libreoffice; then return; fi
	if can_apt && apt_install libreoffice-calc-nogui && find_libreoffice; then return; fi
	fail "the tests need LibreOffice Calc" libreoffice-calc "--cask libreoffice" "SOFFICE_BIN to its soffice"
}

find_libreoffice() {
	if [ -n "${SOFFICE_BIN:-}" ]; then
		have "$SOFFICE_BIN"
		return
	fi
	for p in soffice libreoffice /Applications/LibreOffice.app/Contents/MacOS/soffice; do
		have "$p" && return
	done
	return 1
}

# fail WHY APT-PACKAGE BREW-PACKAGE SETTING
fail() {
	if [ "$(uname)" = Darwin ]; then
		how="brew install $3"
	elif have apt-get; then
		how="sudo apt-get install $2"
	elif have dnf; then
		case $2 in postgresql) how="sudo dnf install postgresql-server" ;; *) how="sudo dnf install $2" ;; esac
	elif have pacman; then
		how="sudo pacman -S $2"
	elif have apk; then
		how="sudo apk add $2"
	else
		how="install it"
	fi
	echo "$1: $how (or set $4)" >&2
	exit 1
}

for what in "$@"; do
	case $what in
	npm-or-postgresql) find_postgresql || can_fetch || need_postgresql ;;
	postgresql) need_postgresql ;;
	chromium) need_chromium ;;
	libreoffice) need_libreoffice ;;
	nginx) need_nginx ;;
	*) echo "need.sh: what is $what?" >&2 && exit 2 ;;
	esac
done
