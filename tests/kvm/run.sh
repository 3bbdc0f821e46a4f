#!/usr/bin/env bash
# The proof in real KVM: boots Debian's arm64 kernel in QEMU (TCG, with EL2), runs the VMM of
# tests/Arm64MmioDecode.Kvm.Vmm in it as first process, and that runs its guests in /dev/kvm.
#
#   tests/kvm/run.sh [PART…]         PART: instructions, calls, faults, sve, race, linux, c, vmm, gic; default: all of them
#   tests/kvm/run.sh record FILE     records exits of the instruction cases as JSON lines (docs/samples/kvm-nisv-proof.jsonl)
#
# Prints "N passed, N failed" at the end. Exit code 0 if nothing failed, 1 if something did, 2 if a tool is missing.
#
# KVM_KERNEL=FILE takes an uncompressed arm64 Image instead of Debian's package; KVM_TIMEOUT=SECONDS (default 1800) ends a
# run that hangs. KVM_QEMU_SUITES="NAME…" (default "trixie forky") are the Debian suites of the other QEMUs of the part vmm.
set -euo pipefail
export MSBUILDDISABLENODEREUSE=1 # a build must leave no process behind that holds what this one holds
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
need fdtput device-tree-compiler
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

. "$here/debian.sh"

mkdir -p "$work"
parts=" ${*:-instructions calls faults sve race linux c vmm gic} "
with_vmm=false
[[ $parts == *' vmm '* || $parts == *' gic '* ]] && with_vmm=true
with_c=false
[[ $parts == *' c '* ]] && with_c=true
if $with_vmm; then
    [ -e "$work/qemu/done" ] || fetch_qemu "$work/qemu"
    for suite in ${KVM_QEMU_SUITES:-trixie forky}; do
        [ -e "$work/qemu-$suite/done" ] || fetch_qemu "$work/qemu-$suite" "$suite"
    done
fi
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
mkdir -p "$initramfs"/{dev,proc,sys,tmp,bin,lib,guest}
bash "$here/guests/build.sh" "$initramfs/guest"
cp "$kernel" "$initramfs/guest/Image"
cp "$root/docs/kvm.md" "$initramfs/guest/" # has a table that one part checks
cp "$work/vmm/vmm" "$initramfs/init"
cp -L "$libraries"/{ld-linux-aarch64.so.1,libc.so.6,libm.so.6} "$initramfs/lib/"
if $with_vmm; then
    cp "$work/qemu/bin"/* "$initramfs/bin/"
    cp "$work/qemu/lib"/* "$initramfs/lib/" # with the C library of the same Debian
    for suite in ${KVM_QEMU_SUITES:-trixie forky}; do # run by the loader of its own C library
        mkdir -p "$initramfs/qemu/$suite"
        cp -r "$work/qemu-$suite/bin" "$work/qemu-$suite/lib" "$initramfs/qemu/$suite/"
    done
    mv "$initramfs/guest"/{preload-*,allow-list} "$initramfs/bin/"
    echo "== the preload library"
    bash "$root/src/Arm64MmioDecode.Kvm.Preload/build.sh" "$work/preload"
    cp "$work/preload/libarm64mmiodecode-kvm.so" "$initramfs/lib/"
    ls -l "$initramfs/lib/libarm64mmiodecode-kvm.so"
fi
if $with_c; then
    echo "== the C library and its VMM"
    bash "$root/src/Arm64MmioDecode.Native/build.sh" --library linux-arm64 > "$work/native.log" || { cat "$work/native.log" >&2; exit 1; }
    cp -L "$root/artifacts/native/linux-arm64/lib/libarm64mmiodecode.so.1" "$initramfs/lib/"
    aarch64-linux-gnu-gcc -O2 -Wall -Werror -I "$root/artifacts/native/linux-arm64/include" "$root/docs/samples/native/vmm.c" \
        -o "$initramfs/bin/c-vmm" "$initramfs/lib/libarm64mmiodecode.so.1"
    cp "$root/docs/samples/native/vmm.expected" "$initramfs/guest/"
fi
(cd "$initramfs" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > "$work/initramfs.cpio"

record=
if [ "${1:-}" = record ]; then
    record=${2:?record needs a file}
    set -- record
fi

echo "== $(qemu-system-aarch64 --version | head -n 1)"
log=$work/log
boots=0
status=0
machine=virt,virtualization=on,gic-version
hardware=(-cpu max,pauth-impdef=on -smp 2 -m 2G -nographic -nic none)
boot() # "GIC [QEMU OPTION…]" PART…: the machine with that interrupt controller; adds to the log
{
    local gic options
    read -r gic options <<< "$1"
    boots=$((boots + 1))
    # shellcheck disable=SC2086 # one word for each option
    timeout "${KVM_TIMEOUT:-1800}" qemu-system-aarch64 -M $machine="$gic" "${hardware[@]}" -no-reboot $options \
        -kernel "$kernel" -initrd "$work/initramfs.cpio" \
        -append "console=ttyAMA0 quiet panic=-1 -- ${*:2}" < /dev/null 2>&1 | sed -u 's/\r//g' | tee -a "$log" | grep --line-buffered -v '^@record ' || status=$?
}

: > "$log"
boot 3 "$@"
if [[ $parts == *' gic '* && -z $record ]]; then
    echo "== a GICv2"
    boot 2 gic2
    # KVM traps a CPU interface that does not end with a page.
    echo "== a GICv2 whose CPU interface KVM traps"
    qemu-system-aarch64 -M $machine="2,dumpdtb=$work/trapped.dtb" "${hardware[@]}" > "$work/trapped.log" 2>&1 || { cat "$work/trapped.log" >&2; exit 1; }
    fdtput -t x "$work/trapped.dtb" /intc@8000000 reg 0 8000000 0 10000 0 8010000 0 10000 0 8030000 0 10000 0 8040000 0 2800
    boot "2 -dtb $work/trapped.dtb" gic2-trapped
fi

if [ -n "$record" ]; then
    sed -n 's/^@record //p' "$log" > "$record"
    echo "$(wc -l < "$record") exits recorded in $record"
    [ -s "$record" ]
    exit
fi

mapfile -t summaries < <(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" || true)
if [ ${#summaries[@]} -ne "$boots" ]; then
    echo "The run ended without a summary (exit code $status)." >&2
    exit 1
fi
printf '%s\n' "${summaries[@]}" | awk '{ passed += $1; failed += $3 } END { printf "%d passed, %d failed\n", passed, failed; exit failed != 0 }'
