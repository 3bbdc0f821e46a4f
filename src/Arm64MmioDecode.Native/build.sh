#!/usr/bin/env bash
# Publishes the native programs and libraries.
#
#   src/Arm64MmioDecode.Native/build.sh [--library] [RID…]     RID: linux-x64, linux-arm64; default: both, on x86-64
#
# Into artifacts/native: for each RID a folder with bin (mmiodecode), lib (the C library, shared and static, its pkg-config file, and of
# linux-arm64 the preload library for VMMs), include and the licences; an archive of it; and the NuGet package Arm64MmioDecode.Native
# with the shared libraries as runtimes/RID/native and the header. With --library the folder has the C library alone, and there is
# no archive and no package. Prints sizes and how many functions are exported. Builds of the same commit give the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/artifacts/native
everything=true
if [ "${1:-}" = --library ]; then
    everything=false
    shift
fi
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
need ld binutils
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

# The managed code, the runtime and the parts of it that are used, as one object in which only the functions of the header are
# global: a program may have another such library, or another zlib.
make_static() # RID INPUTS EXPORTS ARCHIVE
{
    local rid=$1 inputs=$2 exports=$3 archive=$4 prefix= folder
    [ "$rid" != linux-arm64 ] || [ "$(uname -m)" = aarch64 ] || prefix=aarch64-linux-gnu-
    folder=$(mktemp -d)
    sed -n 's/^ *\(arm64mmio_[a-z0-9_]*\);$/\1/p' "$exports" > "$folder/exports"
    # shellcheck disable=SC2046 # one word for each file
    "${prefix}ld" -r --force-group-allocation -o "$folder/all.o" --start-group $(cat "$inputs") --end-group
    "${prefix}objcopy" --strip-debug --keep-global-symbols="$folder/exports" "$folder/all.o" "$folder/arm64mmiodecode.o"
    rm -f "$archive"
    "${prefix}ar" rcsD "$archive" "$folder/arm64mmiodecode.o"
    rm -rf "$folder"
}

make_library() # RID FOLDER
{
    local rid=$1 prefix=$2 published=$out/publish-$1 objects notices
    rm -rf "$published"
    dotnet publish "$here" -c Release -nologo -v quiet -p:NativeLibraryRuntime="$rid" -p:NativeLib=Shared -o "$published"
    mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
    cp "$published/libarm64mmiodecode.so" "$prefix/lib/libarm64mmiodecode.so.$version"
    ln -s "libarm64mmiodecode.so.$version" "$prefix/lib/libarm64mmiodecode.so.1"
    ln -s libarm64mmiodecode.so.1 "$prefix/lib/libarm64mmiodecode.so"
    objects=$root/artifacts/obj/Arm64MmioDecode.Native/release_$rid/native
    make_static "$rid" "$objects/static.inputs" "$objects/libarm64mmiodecode.exports" "$prefix/lib/libarm64mmiodecode.a"
    cp "$here/include/arm64mmiodecode.h" "$prefix/include/"
    sed "s/@VERSION@/$version/" "$here/arm64mmiodecode.pc.in" > "$prefix/lib/pkgconfig/arm64mmiodecode.pc"
    cp "$root/LICENSE" "$prefix/"
    # What is linked in is under the MIT licence, too.
    notices=$(dirname "$(grep -m 1 'libbootstrapperdll.o' "$objects/static.inputs")")/../../../THIRD-PARTY-NOTICES.TXT
    install -m 644 "$notices" "$prefix/THIRD-PARTY-NOTICES.txt"
    rm -rf "$published"
}

make_programs() # RID FOLDER
{
    local rid=$1 prefix=$2 published=$out/publish-$1 cross=()
    mkdir -p "$prefix/bin"
    [ "$rid" != linux-arm64 ] || cross=(-p:ObjCopyName=aarch64-linux-gnu-objcopy)
    rm -rf "$published"
    dotnet publish "$root/src/Arm64MmioDecode.Tool" -c Release -nologo -v quiet -p:NativeTool=true -p:NativeToolRuntime="$rid" \
        -p:CppCompilerAndLinker=clang -p:LinkerFlavor=lld "${cross[@]}" -o "$published"
    cp "$published/mmiodecode" "$prefix/bin/"
    rm -rf "$published"
    if [ "$rid" = linux-arm64 ]; then
        bash "$root/src/Arm64MmioDecode.Kvm.Preload/build.sh" "$published"
        cp "$published/libarm64mmiodecode-kvm.so" "$prefix/lib/"
        rm -rf "$published"
    fi
}

make_archive() # RID FOLDER
{
    local name=arm64mmiodecode-$version-$1
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -C "$out" \
        --transform "flags=r;s,^$1,$name," -cf - "$1" | gzip -n9 > "$out/$name.tar.gz"
}

for rid in "$@"; do
    prefix=$out/$rid
    rm -rf "$prefix"
    make_library "$rid" "$prefix"
    if $everything; then
        make_programs "$rid" "$prefix"
        make_archive "$rid" "$prefix"
    fi
    echo "$rid: $(readelf -W --dyn-syms "$prefix/lib/libarm64mmiodecode.so" | grep -c 'arm64mmio_.*@@ARM64MMIODECODE_1$') functions, and in bytes:"
    (cd "$prefix" && find . -type f \( -path './bin/*' -o -path './lib/*' \) -printf '  %s %P\n' | LC_ALL=C sort -k 2)
done

if $everything; then
    cp "$prefix/THIRD-PARTY-NOTICES.txt" "$out/"
    dotnet pack "$here/package" -c Release -nologo -v quiet -p:NativeFolder="$out" -o "$out"
    (cd "$out" && stat -c '%s %n' ./*.nupkg ./*.tar.gz)
fi
