#!/bin/sh
# Runs a command in network, mount and process namespaces of its own: all addresses of Pods and Services (networks.ts) can be
# bound and dialled there, nothing of it is seen outside, and whatever it started ends with it.
#
# Needs unshare (util-linux) and ip (iproute2), and either root or unprivileged user namespaces. SERIN_LAB_NETWORK says in there
# that it is so. Where it cannot be done, or SERIN_LAB_KUBECONFIG names a cluster elsewhere, the command runs as it is, and the
# lanes that need it say NOT RUN.
set -eu

[ -z "${SERIN_LAB_KUBECONFIG:-}" ] || exec "$@"

prepare='ip link set lo up && for range in 10.232.0.0/14 10.244.0.0/14 10.248.0.0/14 10.252.0.0/14 10.96.0.0/12; do ip route add local $range dev lo || exit; done'
namespaces='--net --mount --pid --fork --kill-child --mount-proc'
[ "$(id -u)" = 0 ] || namespaces="--user --map-root-user $namespaces"

# shellcheck disable=SC2086
if problem=$(unshare $namespaces sh -c "$prepare" 2>&1); then
  # The shell stays as the first process, which takes in those that lost their parent.
  # shellcheck disable=SC2086
  exec unshare $namespaces env SERIN_LAB_NETWORK=own sh -c "$prepare || exit; \"\$@\"; exit \$?" sh "$@"
fi
exec env SERIN_LAB_NETWORK="${problem:-unshare failed}" "$@"
