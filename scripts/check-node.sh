#!/bin/sh
# Says what is missing before npm does so in many lines.
set -eu
if ! command -v node >/dev/null 2>&1; then
  echo 'Serin needs Node.js 20.19 or later; none was found on PATH.' >&2
  exit 1
fi
node -e '
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Serin needs Node.js 20.19 or later; this is ${process.versions.node}.`);
  process.exit(1);
}'
