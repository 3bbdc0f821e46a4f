#!/usr/bin/env bash
# The proof in real KVM: boots Debian's arm64 kernel in QEMU (TCG, with EL2), runs the VMM of
# tests/Arm64MmioDecode.Kvm.Vmm in it as first process, and that runs its guests in /dev/kvm.
#
#   tests/kvm/run.sh [PART…]         PART: instructions, calls, faults, race, linux; default: all of them
#   tests/kvm/run.sh record FILE     records exits of the instruction cases as JSON lines (docs/samples/kvm-nisv-proof.jsonl)
#
# Prints "N passed, N failed" at the end. Exit code 0 if nothing failed, 1 if something did, 2 if a tool is missing.
#
# KVM_KERNEL=FILE takes an uncompressed arm64 Image instead of Debian's package; KVM_TIMEOUT=SECONDS (default 900) ends a
# run that hangs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/artifacts/kvm
clang=$(command -v clang || command -v clang-19 || command -v clang-16 || command -v clang-14 || true)
libraries=/usr/aarch64-linux-gnu/lib

missing=()
need() # COMMAND PACKAGE
{
    command -v "$1" > /dev/null || missing+=("$2")
}

need qemu-system-aarch64 qemu-system-arm
need ld.lld lld
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
need arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf
need cpio cpio
[ -n "$clang" ] || missing+=(clang)
[ -e "$libraries/libc.so.6" ] || missing+=(libc6-dev-arm64-cross)
[ -e /usr/arm-linux-gnueabihf/lib/libc.a ] || missing+=(libc6-dev-armhf-cross)
if [ ${#missing[@]} -ne 0 ]; then
    echo "Missing: ${missing[*]}. On Debian: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 2
fi
if ! command -v dotnet > /dev/null; then
    echo "Missing: the .NET SDK that global.json names (https://dotnet.microsoft.com/download)." >&2
    exit 2
fi

# The kernel, from Debian's arm64 archive by way of this system's own apt sources, without touching apt's state.
fetch_kernel()
{
    if ! command -v apt-get > /dev/null; then
        echo "No apt-get here: give an uncompressed arm64 Image with KVM_KERNEL=FILE." >&2
        exit 2
    fi
    local apt=$work/apt package
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/download"
    touch "$apt/status"
    local options=(
        -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User="$(id -un)"
        -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
        -o Acquire::Languages=none
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)
    # A source that has nothing for arm64 makes update complain; what counts is that the package can be found.
    apt-get "${options[@]}" -q update > "$apt/update.log" 2>&1 || true
    package=$(apt-cache "${options[@]}" depends linux-image-cloud-arm64 2> /dev/null \
        | sed -n 's/^ *Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
    if [ -z "$package" ]; then
        cat "$apt/update.log" >&2
        echo "apt-get finds no linux-image-cloud-arm64: is a Debian source configured? KVM_KERNEL=FILE takes an Image." >&2
        exit 2
    fi
    (cd "$apt/download" && apt-get "${options[@]}" -q download "$package")
    rm -rf "$apt/package"
    dpkg-deb -x "$apt/download/$package"_*.deb "$apt/package"
    cp "$apt/package/boot/vmlinuz-"* "$work/vmlinuz"
    rm -rf "$apt"
    if [ "$(head -c 2 "$work/vmlinuz" | od -An -tx1 | tr -d ' ')" = 1f8b ]; then
        gunzip < "$work/vmlinuz" > "$work/Image.new"
    else
        mv "$work/vmlinuz" "$work/Image.new"
    fi
    rm -f "$work/vmlinuz"
    mv "$work/Image.new" "$work/Image"
}

mkdir -p "$work"
if [ -n "${KVM_KERNEL:-}" ]; then
    kernel=$KVM_KERNEL
else
    [ -e "$work/Image" ] || fetch_kernel
    kernel=$work/Image
fi

echo "== native arm64 build of the VMM"
dotnet publish "$root/tests/Arm64MmioDecode.Kvm.Vmm" -c Release -nologo -v quiet \
    -p:CrossToArm64=true -p:CppCompilerAndLinker="$(basename "$clang")" -o "$work/vmm"

echo "== guests"
initramfs=$work/initramfs
rm -rf "$initramfs"
mkdir -p "$initramfs"/{dev,proc,sys,lib,guest}
bash "$here/guests/build.sh" "$initramfs/guest"
cp "$kernel" "$initramfs/guest/Image"
cp "$root/docs/kvm.md" "$initramfs/guest/" # has a table that one part checks
cp "$work/vmm/vmm" "$initramfs/init"
cp -L "$libraries"/{ld-linux-aarch64.so.1,libc.so.6,libm.so.6} "$initramfs/lib/"
(cd "$initramfs" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > "$work/initramfs.cpio"

record=
if [ "${1:-}" = record ]; then
    record=${2:?record needs a file}
    set -- record
fi

echo "== $(qemu-system-aarch64 --version | head -n 1)"
log=$work/log
status=0
timeout "${KVM_TIMEOUT:-900}" qemu-system-aarch64 \
    -M virt,virtualization=on,gic-version=3 -cpu max,pauth-impdef=on -smp 2 -m 1G \
    -nographic -nic none -no-reboot \
    -kernel "$kernel" -initrd "$work/initramfs.cpio" \
    -append "console=ttyAMA0 quiet panic=-1 -- $*" < /dev/null 2>&1 | tr -d '\r' | tee "$log" | grep --line-buffered -v '^@record ' || status=$?

if [ -n "$record" ]; then
    sed -n 's/^@record //p' "$log" > "$record"
    echo "$(wc -l < "$record") exits recorded in $record"
    [ -s "$record" ]
    exit
fi

summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
if [ -z "$summary" ]; then
    echo "The run ended without a summary (exit code $status)." >&2
    exit 1
fi
echo "$summary"
case $summary in
    *' 0 failed'*) exit 0 ;;
    *) exit 1 ;;
esac
