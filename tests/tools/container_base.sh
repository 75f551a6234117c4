#!/usr/bin/env bash
# Makes what the container is built on, where no registry can be reached: the same release of Debian with its own
# Python, under the name of the public image that the Containerfile begins with. Needs root, mmdebstrap and buildah.
set -euo pipefail
store=$(realpath -m "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
base=$(sed -n 's/^ARG BASE=//p' "$root/Containerfile")
buildah=(buildah --root "$store/storage" --runroot "$store/run" --storage-driver vfs)
if "${buildah[@]}" inspect --type image "$base" > /dev/null 2>&1; then
  exit
fi
mkdir -p "$store"
work=$(mktemp -d -p "$store")
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=minbase --include=python3,python3-venv "${base##*-}" "$work/base.tar"
container=$("${buildah[@]}" from scratch)
"${buildah[@]}" add --quiet "$container" "$work/base.tar" / > /dev/null
"${buildah[@]}" config --env PATH=/usr/local/bin:/usr/bin:/bin "$container"
"${buildah[@]}" commit --quiet --rm "$container" "$base" > /dev/null
