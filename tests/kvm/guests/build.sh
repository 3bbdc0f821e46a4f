#!/usr/bin/env bash
# Builds the guests into a directory: build.sh DIRECTORY
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
mkdir -p "$out"

flat() # COMPILER NAME
{
    "$1-gcc" -c "$2.S" -o "$out/$2.o"
    "$1-objcopy" -O binary -j .text "$out/$2.o" "$out/$2.bin"
    rm "$out/$2.o"
}

for name in cases-a64 aborts-a64 race-a64 sve-a64; do
    flat aarch64-linux-gnu $name
done
for name in cases-a32 aborts-a32 cases-t32 aborts-t32; do
    flat arm-linux-gnueabihf $name
done

for part in basic soak join; do
    aarch64-linux-gnu-gcc -DPART_$part -nostdlib -static -Wl,-Ttext=0x40080000 -Wl,--build-id=none -x assembler-with-cpp vmm-a64.S -o "$out/vmm-$part-a64"
done
for part in gicv2 its resets; do
    aarch64-linux-gnu-gcc -DPART_$part -nostdlib -static -Wl,-Ttext=0x40080000 -Wl,--build-id=none -x assembler-with-cpp vmm-gic-a64.S -o "$out/vmm-$part-a64"
done
arm-linux-gnueabihf-gcc -nostdlib -static -Wl,-Ttext=0x40080000 -Wl,--build-id=none -x assembler-with-cpp vmm-a32.S -o "$out/vmm-basic-a32"
aarch64-linux-gnu-gcc -O2 preload-check.c -o "$out/preload-check"
aarch64-linux-gnu-gcc -O2 preload-vmm.c -o "$out/preload-vmm"
aarch64-linux-gnu-gcc -O2 -rdynamic preload-refusals.c played.c fake-kvm.c -o "$out/preload-refusals"
aarch64-linux-gnu-gcc -O2 -rdynamic preload-lifetimes.c played.c fake-kvm.c -o "$out/preload-lifetimes"
aarch64-linux-gnu-gcc -O2 allow-list.c -o "$out/allow-list"

initrd=$(mktemp -d)
trap 'rm -rf "$initrd"' EXIT
mkdir "$initrd/dev"
aarch64-linux-gnu-gcc -O2 -static linux-init.c -o "$initrd/init"
aarch64-linux-gnu-gcc -O2 -static linux-device.c -o "$initrd/device-a64"
arm-linux-gnueabihf-gcc -O2 -static -mfpu=neon -marm linux-device.c -o "$initrd/device-a32"
arm-linux-gnueabihf-gcc -O2 -static -mfpu=neon -mthumb linux-device.c -o "$initrd/device-t32"
(cd "$initrd" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > "$out/linux-initrd"
rm "$initrd"/init "$initrd"/device-*
aarch64-linux-gnu-gcc -O2 -static vmm-linux.c -o "$initrd/init"
(cd "$initrd" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > "$out/vmm-linux-initrd"
