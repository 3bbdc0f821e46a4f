#!/bin/sh
# Fetches Debian's C library (libc, libm and the dynamic linker) for arm64, armel (A32 code) and armhf (T32 code) into
# benchmarks/corpus/, where the benchmarks read real instructions from it. Nothing of it is committed.
#
# Uses the package sources of this machine, which has to be a Debian (12 or later), but changes nothing of it: package lists,
# cache and dpkg's status are those of a temporary folder, so neither root nor `dpkg --add-architecture` is needed.
#
#   benchmarks/fetch-corpus.sh            fetches what is not there yet
set -eu

architectures="arm64 armel armhf"
corpus=$(cd "$(dirname "$0")" && pwd)/corpus

fail()
{
    echo "fetch-corpus: $1" >&2
    exit 1
}

for tool in apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || fail "$tool is not installed; this script runs on Debian and its derivatives"
done

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
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$corpus"
: > "$work/status"

# Package sources and proxy settings of the machine stay in force; its update hooks do not.
cat > "$work/apt.conf" << EOF
APT::Architecture "arm64";
APT::Architectures { "arm64"; "armel"; "armhf"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF

apt()
{
    apt-get -qq -c "$work/apt.conf" "$@" || fail "apt-get $1 failed"
}

cd "$work"
# A source that has nothing for these architectures makes update complain; what counts is that the packages can be found.
apt-get -qq -c "$work/apt.conf" update > "$work/update.log" 2>&1 || true
for architecture in $missing; do
    apt download "libc6:$architecture"
    package=$(echo "$work"/libc6_*_"$architecture".deb)
    dpkg-deb -x "$package" "$work/$architecture"
    for file in libc.so.6 libm.so.6 'ld-linux*.so.?'; do
        library=$(find "$work/$architecture" -type f -name "$file")
        [ -n "$library" ] || fail "$package holds no $file"
        name=${file%%[.-]*}
        mv "$library" "$corpus/$name-$architecture.so"
        echo "$name-$architecture.so: libc6 $(dpkg-deb -f "$package" Version)"
    done
done
