#!/bin/sh
# Does what a newcomer does: clones what is committed into a temporary folder and, with an empty home, runs `make demo` and
# `make test` there; when root, as root and then as the ordinary user `nobody`. Prints how long each took; ends with 1 when
# one failed.
#
#   scripts/fresh-clone.sh              demo and test
#   scripts/fresh-clone.sh demo         only these targets of the Makefile
#   REVISION=HEAD~1 scripts/fresh-clone.sh
#   KEEP=1 scripts/fresh-clone.sh       leaves the clones, and says where
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
revision=$(git -C "$project" rev-parse --verify "${REVISION:-HEAD}^{commit}")
targets=${*:-demo test}
place=$(mktemp -d "${TMPDIR:-/tmp}/serin-fresh-XXXXXX")
# Another user has to get to its own folder in there.
chmod 711 "$place"
account=''
failed=0

leave() {
  if [ -n "${KEEP:-}" ]; then echo "The clones are in $place."; else rm -rf "$place"; fi
}
trap leave EXIT
trap 'exit 130' INT TERM

# Runs a command as $user with nothing in its environment but an empty home and the way to the network.
bare() {
  if [ "$user" = "$(id -un)" ]; then set -- env "$@"; else set -- setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env "$@"; fi
  env -i HOME="$place/$user/home" TMPDIR="$place/$user/tmp" PATH="$PATH" LANG="${LANG:-C.UTF-8}" TERM=dumb \
    ${CI+"CI=$CI"} ${npm_config_registry+"npm_config_registry=$npm_config_registry"} \
    ${http_proxy+"http_proxy=$http_proxy"} ${https_proxy+"https_proxy=$https_proxy"} ${no_proxy+"no_proxy=$no_proxy"} \
    ${HTTP_PROXY+"HTTP_PROXY=$HTTP_PROXY"} ${HTTPS_PROXY+"HTTPS_PROXY=$HTTPS_PROXY"} ${NO_PROXY+"NO_PROXY=$NO_PROXY"} \
    ${NODE_EXTRA_CA_CERTS+"NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"} ${SSL_CERT_FILE+"SSL_CERT_FILE=$SSL_CERT_FILE"} ${SSL_CERT_DIR+"SSL_CERT_DIR=$SSL_CERT_DIR"} \
    "$@"
}

try_as() {
  user=$1
  clone=$place/$user/serin
  mkdir -p "$place/$user/home" "$place/$user/tmp"
  git clone --quiet --no-local "$project" "$clone"
  git -C "$clone" -c advice.detachedHead=false checkout --quiet "$revision"
  [ "$user" = "$(id -un)" ] || chown -R "$user:" "$place/$user"
  for target in $targets; do
    echo "== $user: make $target"
    start=$(date +%s)
    # Through a pipe, so that the demo writes a plain log. The status of make goes past the pipe in a file.
    { bare make -C "$clone" --no-print-directory "$target" 2>&1 || echo $? >"$place/status"; } | cat
    took=$(($(date +%s) - start))
    if [ -e "$place/status" ]; then
      account="$account$user: make $target failed after $took s
"
      failed=1
      rm "$place/status"
    else
      account="$account$user: make $target passed in $took s
"
    fi
  done
  left=$(git -c safe.directory="$clone" -C "$clone" status --short)
  [ -z "$left" ] || { account="$account$user: files that git does not know were left: $left
"; failed=1; }
  left=$(ls -A "$place/$user/tmp")
  [ -z "$left" ] || { account="$account$user: left in the temporary folder: $left
"; failed=1; }
}

echo "Commit $(git -C "$project" log -1 --format='%h %s' "$revision"), Node $(node --version), npm $(npm --version)"
try_as "$(id -un)"
if [ "$(id -u)" = 0 ]; then
  if command -v setpriv >/dev/null && id nobody >/dev/null 2>&1; then
    try_as nobody
  else
    echo 'NOT RUN: as an ordinary user: this needs setpriv (util-linux) and the user nobody. Run this script as an ordinary user, too.' >&2
  fi
fi
printf '\n%s' "$account"
exit "$failed"
