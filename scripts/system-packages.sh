#!/bin/sh
# Programs that some tests start and that come from Debian, not from PyPI: one line each, "program package".
# Installed where that is possible without asking (root, apt-get); elsewhere the tests that need one are skipped and say so.
set -u
wanted="
redis-server redis-server
postgres postgresql
"
# Debian keeps the programs of PostgreSQL off the PATH.
for folder in /usr/sbin /sbin /usr/lib/postgresql/*/bin; do PATH="$PATH:$folder"; done

missing=$(echo "$wanted" | while read -r program package; do
    [ -z "$program" ] || command -v "$program" >/dev/null 2>&1 || echo "$package"
done | tr '\n' ' ')
missing=${missing% }
[ -n "$missing" ] || exit 0

skipped() {
    echo "Not installed: $missing ($1); the tests that need it are skipped." >&2
    exit 0
}
command -v apt-get >/dev/null 2>&1 || skipped "no apt-get here"
[ "$(id -u)" = 0 ] || skipped "needs root"

echo "Installing $missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# No service is started by the installation, PostgreSQL's default cluster neither: the tests start their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    trap 'rm -f "$log" "$policy"' EXIT
fi
# shellcheck disable=SC2086
install() { apt-get install -y -q --no-install-recommends $missing </dev/null >"$log" 2>&1; }
install || { apt-get update -q </dev/null >>"$log" 2>&1 && install; } || {
    tail -n 5 "$log" >&2
    skipped "apt-get failed"
}
