#!/usr/bin/env bash
# Publishes the C library.
#
#   src/Arm64MmioDecode.Native/build.sh [RID…]     RID: linux-x64, linux-arm64; default: both, on x86-64
#
# Into artifacts/native: RID/lib (shared library, pkg-config file) and include, an archive for each RID, and the
# NuGet package Arm64MmioDecode.Native with runtimes/RID/native and the header. Prints sizes and exported symbols.
# Builds of the same commit give the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/artifacts/native
[ $# -ne 0 ] || set -- linux-x64 linux-arm64
version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2> /dev/null || echo 0)}

missing=()
need() # COMMAND PACKAGE
{
    command -v "$1" > /dev/null || missing+=("$2")
}

need clang clang
need ld.lld lld
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
for rid in "$@"; do
    case $rid in
        linux-x64) ;;
        linux-arm64) need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu ;;
        *) echo "$rid is neither linux-x64 nor linux-arm64" >&2; exit 2 ;;
    esac
done
if [ ${#missing[@]} -ne 0 ]; then
    echo "Missing: ${missing[*]}. On Debian: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 2
fi

publish() # RID KIND FOLDER
{
    dotnet publish "$here" -c Release -nologo -v quiet -p:NativeLibraryRuntime="$1" -p:NativeLib="$2" -o "$3"
}

for rid in "$@"; do
    prefix=$out/$rid
    rm -rf "$prefix" "$out/publish-$rid"
    mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
    publish "$rid" Shared "$out/publish-$rid/shared"
    cp "$out/publish-$rid/shared/libarm64mmiodecode.so" "$prefix/lib/libarm64mmiodecode.so.$version"
    ln -s "libarm64mmiodecode.so.$version" "$prefix/lib/libarm64mmiodecode.so.1"
    ln -s libarm64mmiodecode.so.1 "$prefix/lib/libarm64mmiodecode.so"
    cp "$here/include/arm64mmiodecode.h" "$prefix/include/"
    sed "s/@VERSION@/$version/" "$here/arm64mmiodecode.pc.in" > "$prefix/lib/pkgconfig/arm64mmiodecode.pc"
    cp "$root/LICENSE" "$prefix/"
    archive=$out/arm64mmiodecode-$version-$rid.tar.gz
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$out" \
        --transform "s,^$rid,arm64mmiodecode-$version-$rid," -cf - "$rid" | gzip -n9 > "$archive"
    printf '%s: library %s bytes, archive %s bytes, %s functions\n' "$rid" \
        "$(stat -c %s "$prefix/lib/libarm64mmiodecode.so.$version")" "$(stat -c %s "$archive")" \
        "$(readelf -W --dyn-syms "$prefix/lib/libarm64mmiodecode.so.$version" | grep -c 'arm64mmio_.*@@ARM64MMIODECODE_1$')"
done

dotnet pack "$here/package" -c Release -nologo -v quiet -p:NativeFolder="$out" -o "$out"
ls -l "$out"/*.nupkg "$out"/*.tar.gz
