#!/usr/bin/env bash
# Builds of the same commit give the same bytes, wherever it lies: builds again in a clone in another folder and compares with what
# src/Arm64MmioDecode.Native/build.sh has made in this one.
#
#   tests/native/reproducible.sh [RID…]     after build.sh with the same arguments; default: as build.sh, both on x86-64
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
if [ $# -eq 0 ]; then
    case $(uname -m) in
        x86_64) set -- linux-x64 linux-arm64 ;;
        aarch64) set -- linux-arm64 ;;
        *) echo "no library for $(uname -m)" >&2; exit 2 ;;
    esac
fi
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/clone
git clone -q --shared "$root" "$copy" # the name of the commit is in the assemblies
git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 cp --parents -t "$copy")
bash "$copy/src/Arm64MmioDecode.Native/build.sh" "$@" > "$work/log" || { cat "$work/log"; exit 1; }

status=0
for rid in "$@"; do
    (cd "$root/artifacts/native/$rid" && find . -type f | LC_ALL=C sort) > "$work/files"
    while IFS= read -r file; do
        cmp "$root/artifacts/native/$rid/$file" "$copy/artifacts/native/$rid/$file" || status=1
    done < "$work/files"
    cmp "$root"/artifacts/native/arm64mmiodecode-"$version-$rid".tar.gz "$copy"/artifacts/native/arm64mmiodecode-"$version-$rid".tar.gz || status=1
    [ "$status" -ne 0 ] || echo "$rid: $(wc -l < "$work/files") files and their archive are the same, byte for byte"
done
exit "$status"
