#!/bin/sh
# Programs that some tests start and that Debian provides, not PyPI: one line each, "program package".
# SYSTEM_PACKAGES names others. They are installed if that needs no confirmation (root, apt-get); otherwise the tests that need them are skipped.
set -u
wanted=${SYSTEM_PACKAGES:-"
redis-server redis-server
postgres postgresql
"}
# On Debian the programs of PostgreSQL are not on the PATH.
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
# The installation starts no service and no PostgreSQL cluster: the tests start their own.
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
