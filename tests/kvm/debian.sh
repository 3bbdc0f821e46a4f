# Debian's arm64 packages, by way of this system's own apt sources, without touching apt's state. Sourced by run.sh, which sets work.

apt_folder=$work/apt

# Reads the package lists into a state of our own.
arm64_apt_begin() # [SUITE]: of this system's own sources, or of another suite of Debian's
{
    local suite=${1:-}
    if ! command -v apt-get > /dev/null; then
        echo "No apt-get here: the proof needs Debian's arm64 packages (KVM_KERNEL=FILE takes an uncompressed Image)." >&2
        exit 2
    fi
    rm -rf "$apt_folder"
    mkdir -p "$apt_folder/state/lists/partial" "$apt_folder/cache/archives/partial" "$apt_folder/download" "$apt_folder/root"
    touch "$apt_folder/status"
    apt_options=(
        -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User="$(id -un)"
        -o Dir::State="$apt_folder/state" -o Dir::State::status="$apt_folder/status" -o Dir::Cache="$apt_folder/cache"
        -o Acquire::Languages=none
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)
    if [ -n "$suite" ]; then
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" > "$apt_folder/sources.list"
        apt_options+=(-o Dir::Etc::SourceList="$apt_folder/sources.list" -o Dir::Etc::SourceParts=-)
    fi
    # A source that has nothing for arm64 makes update complain; what counts is that the package can be found.
    apt-get "${apt_options[@]}" -q update > "$apt_folder/update.log" 2>&1 || true
}

arm64_apt_unpack() # PACKAGE…: downloads and unpacks into $apt_folder/root
{
    (cd "$apt_folder/download" && apt-get "${apt_options[@]}" -q download "$@") > "$apt_folder/download.log" 2>&1 \
        || { cat "$apt_folder/update.log" "$apt_folder/download.log" >&2; exit 2; }
    local package
    for package in "$apt_folder/download"/*.deb; do
        dpkg-deb -x "$package" "$apt_folder/root"
    done
}

fetch_kernel()
{
    local package
    arm64_apt_begin
    package=$(apt-cache "${apt_options[@]}" depends linux-image-cloud-arm64 2> /dev/null \
        | sed -n 's/^ *Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
    if [ -z "$package" ]; then
        cat "$apt_folder/update.log" >&2
        echo "apt-get finds no linux-image-cloud-arm64: is a Debian source configured? KVM_KERNEL=FILE takes an Image." >&2
        exit 2
    fi
    arm64_apt_unpack "$package"
    cp "$apt_folder/root/boot/vmlinuz-"* "$work/vmlinuz"
    rm -rf "$apt_folder"
    if [ "$(head -c 2 "$work/vmlinuz" | od -An -tx1 | tr -d ' ')" = 1f8b ]; then
        gunzip < "$work/vmlinuz" > "$work/Image.new"
    else
        mv "$work/vmlinuz" "$work/Image.new"
    fi
    rm -f "$work/vmlinuz"
    mv "$work/Image.new" "$work/Image"
}

# QEMU for arm64 with the shared libraries that it loads, found by name among those that its package depends on.
fetch_qemu() # DIRECTORY [SUITE]: gets bin/ and lib/
{
    local out=$1 suite=${2:-} packages name file todo=() seen=' '
    echo "== Debian's QEMU for arm64${suite:+, of $suite}"
    arm64_apt_begin "$suite"
    packages=$(apt-cache "${apt_options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances qemu-system-arm 2> /dev/null | grep -E '^(lib|zlib1g$)' | sort -u)
    # shellcheck disable=SC2086 # one word for each package
    arm64_apt_unpack qemu-system-arm $packages
    rm -rf "$out"
    mkdir -p "$out/bin" "$out/lib"
    cp "$apt_folder/root/usr/bin/qemu-system-aarch64" "$out/bin/"
    todo=("$out/bin/qemu-system-aarch64")
    while [ ${#todo[@]} -ne 0 ]; do
        file=${todo[0]}
        todo=("${todo[@]:1}")
        for name in $(aarch64-linux-gnu-objdump -p "$file" | sed -n 's/^ *NEEDED *//p'); do
            [[ $seen == *" $name "* ]] && continue
            seen+="$name "
            file=$(find "$apt_folder/root" -name "$name" ! -path '*/pkgconfig/*' | head -n 1)
            [ -n "$file" ] || { echo "no package of qemu-system-arm's has $name" >&2; exit 2; }
            # Links are absolute now and then: within the unpacked tree.
            while [ -L "$file" ]; do
                name=$(readlink "$file")
                case $name in
                    /*) file=$apt_folder/root$name ;;
                    *) file=$(dirname "$file")/$name ;;
                esac
            done
            name=${seen% }
            name=${name##* }
            cp "$file" "$out/lib/$name"
            todo+=("$out/lib/$name")
        done
    done
    rm -rf "$apt_folder"
    touch "$out/done"
    du -sh "$out"
}
