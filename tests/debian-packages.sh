# Debian's packages for Arm, by way of this machine's own package sources, without touching its package lists, its cache or dpkg's
# status: those used are in a folder. Needs a Debian (12 or later), and neither root nor `dpkg --add-architecture`. Sourced by scripts.

debian_packages_fail()
{
    echo "$(basename "$0"): $1" >&2
    exit 1
}

debian_packages_begin() # FOLDER ARCHITECTURE…: reads the package lists, the first architecture counting where none is said
{
    for tool in apt-get dpkg-deb; do
        command -v "$tool" > /dev/null || debian_packages_fail "$tool is not installed; this script runs on Debian and its derivatives"
    done
    debian_packages_folder=$1
    shift
    mkdir -p "$debian_packages_folder/lists/partial" "$debian_packages_folder/cache/archives/partial" "$debian_packages_folder/download"
    : > "$debian_packages_folder/status"
    # Package sources and proxy settings of the machine stay in force; its update hooks do not.
    cat > "$debian_packages_folder/apt.conf" << EOF
APT::Architecture "$1";
APT::Architectures { $(printf '"%s"; ' "$@")};
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::State::lists "$debian_packages_folder/lists";
Dir::State::status "$debian_packages_folder/status";
Dir::Cache "$debian_packages_folder/cache";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
    export APT_CONFIG="$debian_packages_folder/apt.conf"
    # A source that has nothing for these architectures makes update complain; what counts is that the packages can be found.
    apt-get -qq update > "$debian_packages_folder/update.log" 2>&1 || true
}

debian_packages_unpack() # PACKAGE[:ARCHITECTURE] FOLDER: fetches a package and puts what is in it into a folder that is not there yet
{
    rm -f "$debian_packages_folder"/download/*.deb
    (cd "$debian_packages_folder/download" && apt-get -qq download "${1%:all}" > /dev/null 2>> "$debian_packages_folder/download.log") \
        || debian_packages_fail "$1 cannot be fetched, see $debian_packages_folder/download.log"
    dpkg-deb -x "$debian_packages_folder"/download/*.deb "$2.part"
    rm -f "$debian_packages_folder"/download/*.deb
    mv "$2.part" "$2"
}
