#!/bin/sh
# What `make test-kubernetes` needs of the machine: unshare (package util-linux) and ip (iproute2), for a network of its own.
# As root on Debian or Ubuntu it installs what is missing; else it says so, and the lanes that need it say NOT RUN.
set -eu

missing=
command -v unshare >/dev/null 2>&1 || missing="$missing util-linux"
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "NOT RUN: lanes with a network of their own: install as root:$missing" >&2
  exit 0
fi
echo "Installing the Debian packages$missing (a network of its own for tests)."
quiet='-qq -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root'
# shellcheck disable=SC2086
apt-get update $quiet >/dev/null 2>&1 || true
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $quiet $missing >/dev/null
