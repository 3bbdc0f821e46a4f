#!/usr/bin/env bash
# Fetches Debian packages for arm64, armhf and armel, unpacks them into artifacts/scan-corpus/, and prints the files that are
# scanned, one a line. Nothing of it is committed.
#
#   tests/scan/fetch-corpus.sh            fetches what is not there yet
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
corpus=$root/artifacts/scan-corpus

# Package:architecture, and patterns of the files in it.
sources=(
    "libc6:arm64 libc.so.6 libm.so.6 ld-linux-aarch64.so.1"
    "libc6-dev:arm64 libc.a"
    "libstdc++6:arm64 libstdc++.so.6.*"
    "libgcc-s1:arm64 libgcc_s.so.1"
    "libgcc-12-dev:arm64 libgcc.a libgcov.a"
    "zlib1g:arm64 libz.so.1.*"
    "libzstd1:arm64 libzstd.so.1.*"
    "libgmp10:arm64 libgmp.so.10.*"
    "libgcrypt20:arm64 libgcrypt.so.20.*"
    "libssl3:arm64 libcrypto.so.3"
    "libsodium23:arm64 libsodium.so.23.*"
    "busybox-static:arm64 busybox"
    "ripgrep:arm64 rg"
    "fzf:arm64 fzf"
    "linux-image-cloud-arm64:arm64 vmlinuz-* virtio_mmio.ko gve.ko aes-neon-bs.ko ahci_xgene.ko dm-raid.ko btrfs.ko"
    "linux-image-marvell:armel vmlinuz-*"
    "u-boot-qemu:all qemu_arm64/uboot.elf"
    "arm-trusted-firmware:all bl31.elf"
    "systemd-boot-efi:arm64 systemd-bootaa64.efi"
    "grub-efi-arm64-bin:arm64 grubaa64.efi"
    "qemu-efi-aarch64:all AAVMF_CODE.fd"
    "qemu-efi-arm:all AAVMF32_CODE.fd"
    "shim-unsigned:arm64 shimaa64.efi mmaa64.efi"
    "libgcc-12-dev:armhf libgcc.a"
    "libc6-dev:armhf libc.a libm.a"
    "libgcc-12-dev:armel libgcc.a"
    "libc6-dev:armel libc.a"
    "libstd-rust-dev:arm64 libcore-*.rlib"
    "libnewlib-arm-none-eabi:all thumb/v7-m/nofp/libc.a thumb/v8-m.main+fp/hard/libm.a arm/v5te/softfp/libc.a"
    "libstdc++-arm-none-eabi-newlib:all thumb/v7e-m+fp/hard/libsupc++_nano.a"
)

if [ -e "$corpus/.complete" ] && [ "$corpus/.complete" -nt "$0" ]; then
    cat "$corpus/files"
    exit 0
fi

# shellcheck source=tests/debian-packages.sh
. "$root/tests/debian-packages.sh"
debian_packages_begin "$corpus/.apt" arm64 armel armhf

: > "$corpus/files.new"
for source in "${sources[@]}"; do
    read -r -a words <<< "$source"
    package=${words[0]}
    folder=$corpus/${package/:/-}
    if [ ! -d "$folder" ]; then
        name=$package
        if [[ $package == linux-image-* ]]; then
            # The package depends on the one of the newest kernel.
            name=$(apt-cache depends "${package%:*}" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
        fi
        debian_packages_unpack "$name" "$folder"
    fi
    for pattern in "${words[@]:1}"; do
        found=$(find "$folder" -type f -path "*/$pattern" | LC_ALL=C sort | head -n 1)
        [ -n "$found" ] || { echo "fetch-corpus: $package holds no $pattern" >&2; exit 1; }
        echo "$found" >> "$corpus/files.new"
    done
done
mv "$corpus/files.new" "$corpus/files"
touch "$corpus/.complete"
cat "$corpus/files"
