#!/bin/sh
# Fetches Debian's C library (libc, libm and the dynamic linker) for arm64, armel (A32 code) and armhf (T32 code) into
# benchmarks/corpus/, where the benchmarks read real instructions from it. Nothing of it is committed.
#
#   benchmarks/fetch-corpus.sh            fetches what is not there yet
set -eu

architectures="arm64 armel armhf"
root=$(cd "$(dirname "$0")/.." && pwd)
corpus=$root/benchmarks/corpus

missing=
for architecture in $architectures; do
    for name in libc libm ld; do
        [ -f "$corpus/$name-$architecture.so" ] || missing="${missing%" $architecture"} $architecture"
    done
done
if [ -z "$missing" ]; then
    echo "$corpus is complete"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$corpus"
# shellcheck source=tests/debian-packages.sh
. "$root/tests/debian-packages.sh"
# shellcheck disable=SC2086 # One architecture a word.
debian_packages_begin "$work/apt" $architectures
for architecture in $missing; do
    debian_packages_unpack "libc6:$architecture" "$work/$architecture"
    for file in libc.so.6 libm.so.6 'ld-linux*.so.?'; do
        library=$(find "$work/$architecture" -type f -name "$file")
        [ -n "$library" ] || debian_packages_fail "libc6:$architecture holds no $file"
        name=${file%%[.-]*}
        mv "$library" "$corpus/$name-$architecture.so"
    done
    echo "$architecture: libc, libm and ld of libc6"
done
