#!/bin/sh
# Fetches the user mode of QEMU 11.1, which executes SVE2.1, SME2, MOPS, LSE128 and more that the distribution's own QEMU may
# lack, into artifacts/qemu-user/, where the tests look for it. Nothing of it is committed or installed.
#
# Takes Debian's package qemu-user (static programs) from the suites that have it, by way of this machine's own package sources;
# package lists, cache and dpkg's status are those of a temporary folder, so no root is needed and the system stays as it is.
#
#   tests/qemu-user/fetch.sh        fetches it unless it is there
set -eu

suites="forky sid"
version=11.1
programs="qemu-aarch64 qemu-aarch64_be qemu-arm"
target=$(cd "$(dirname "$0")/../.." && pwd)/artifacts/qemu-user

fail()
{
    echo "fetch.sh: $1" >&2
    exit 1
}

if [ -x "$target/qemu-aarch64" ]; then
    "$target/qemu-aarch64" --version | head -n 1
    exit 0
fi

for tool in apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || fail "$tool is not installed; this script runs on Debian and its derivatives"
done

# The machine's own mirror of Debian, whatever suite it uses.
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
[ -n "$mirror" ] || fail "no package source here is Debian's"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
: > "$work/status"
for suite in $suites; do
    echo "deb $mirror $suite main"
done > "$work/sources.list"

# This package and nothing else, in this version while a suite has it and in a newer one after that.
cat > "$work/preferences" << EOF
Package: *
Pin: release o=Debian
Pin-Priority: -1

Package: qemu-user
Pin: release o=Debian
Pin-Priority: 500

Package: qemu-user
Pin: version 1:$version.*
Pin-Priority: 1000
EOF
cat > "$work/apt.conf" << EOF
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "$work/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF

cd "$work"
# One suite is enough; what counts is that the package can be found.
apt-get -qq -c "$work/apt.conf" update > "$work/update.log" 2>&1 || true
apt-get -qq -c "$work/apt.conf" download qemu-user || { cat "$work/update.log" >&2; fail "apt-get finds no qemu-user in $suites"; }
dpkg-deb -x "$work"/qemu-user_*.deb "$work/package"
mkdir -p "$target"
for program in $programs; do
    mv "$work/package/usr/bin/$program" "$target/$program.new"
    mv "$target/$program.new" "$target/$program"
done
"$target/qemu-aarch64" --version | head -n 1
