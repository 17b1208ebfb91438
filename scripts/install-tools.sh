#!/bin/sh
# What `make test` needs beyond npm: kubectl, for the scenario tests in test/kubectl; prometheus, for samples from a real one,
# and its promtool, for the alerts; docker-registry, for images from a real one; chromium, for the web page in a real browser;
# zsh and fish, for completion in them.
#
# - One of them not on PATH: as root on Debian or Ubuntu, installs its package; else says so in one line.
# - Another kubectl on PATH than Debian's: fetches Debian's beside it into .cache/kubectl-debian (needs no root), so that
#   the tests try both.
#
# What cannot be had is named in a line that begins with NOT RUN; with CI=true a missing kubectl, prometheus,
# docker-registry or chromium is an error.
set -eu
cd "$(dirname "$0")/.."

package=kubernetes-client
cache=.cache/kubectl-debian
updated=
quiet='-qq -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root'

has() { command -v "$1" >/dev/null 2>&1; }

not_run() {
  echo "NOT RUN: $1" >&2
}

# Runs a command without its output; shows it only when the command fails.
quietly() {
  output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; return 1; }
}

# install_package PROGRAM PACKAGE TESTS ADVICE
install_package() {
  if ! has apt-get; then
    not_run "$3: there is no $1, and no apt-get to install it with. $4"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    not_run "$3: there is no $1. Install it as root: apt-get install $2"
    return 1
  fi
  echo "Installing the Debian package $2 ($1, for tests)."
  # shellcheck disable=SC2086
  [ -n "$updated" ] || quietly apt-get update $quiet || true
  updated=yes
  # Run level 1 keeps packages from starting servers of their own, where there is no systemd.
  # shellcheck disable=SC2086
  if ! RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends $quiet "$2"; then
    not_run "$3: $2 could not be installed."
    return 1
  fi
}

is_debians() {
  has dpkg && dpkg -S "$(command -v kubectl)" 2>/dev/null | grep -q "^$package:"
}

fetch_debians() {
  [ -x "$cache/usr/bin/kubectl" ] && return
  if ! has apt-get || ! has dpkg; then
    not_run "tests with Debian's kubectl: there is no apt-get to fetch $package with. The kubectl on PATH is tested."
    return
  fi
  echo "Fetching Debian's kubectl into $cache, to test it beside $(command -v kubectl)."
  work=$(mktemp -d)
  # shellcheck disable=SC2086
  if (cd "$work" && apt-get download $quiet "$package") >"$work/log" 2>&1 && dpkg -x "$work"/*.deb "$work/files"; then
    mkdir -p "$cache/usr/bin"
    # The name appears whole or not at all, also when two runs meet.
    cp "$work/files/usr/bin/kubectl" "$cache/usr/bin/kubectl.$$"
    mv "$cache/usr/bin/kubectl.$$" "$cache/usr/bin/kubectl"
  else
    not_run "tests with Debian's kubectl: $package could not be fetched ($(tail -n 1 "$work/log")). The kubectl on PATH is tested."
  fi
  rm -rf "$work"
}

# Its package starts a server, which nobody asked for.
stop_service() {
  if has systemctl && [ -d /run/systemd/system ]; then systemctl disable --now --quiet "$1" || true; fi
}

for shell in zsh fish; do
  has "$shell" || install_package "$shell" "$shell" "completion in $shell" "Install $shell." || true
done
if ! has prometheus; then
  if install_package prometheus prometheus 'samples from a real Prometheus' 'Install Prometheus 2.40 or later.'; then
    stop_service prometheus
  elif [ "${CI:-}" = true ]; then
    exit 1
  fi
fi
if ! has docker-registry; then
  if install_package docker-registry docker-registry 'images from a real registry' 'Install the registry of Distribution as docker-registry, 2.8 or later.'; then
    stop_service docker-registry
  elif [ "${CI:-}" = true ]; then
    exit 1
  fi
fi
if ! has chromium && ! has google-chrome; then
  install_package chromium chromium 'the web page in a real browser' 'Install Chromium.' || [ "${CI:-}" != true ] || exit 1
fi
if ! has kubectl; then
  if ! install_package kubectl "$package" 'tests with kubectl' 'Install kubectl 1.20 or later.'; then
    [ "${CI:-}" = true ] && exit 1
    exit 0
  fi
fi
is_debians || fetch_debians
