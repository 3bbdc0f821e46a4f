#!/usr/bin/env bash
# The documents and the API, as static HTML in artifacts/site/html. Fails on any warning: a link that leads nowhere, an XML comment that
# names nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

site=artifacts/site
rm -rf $site
mkdir -p $site/source/docs
cp -r docs/site/* README.md CHANGELOG.md LICENSE src/icon.png $site/source
cp -r docs/*.md docs/toc.yml docs/guides docs/images docs/samples $site/source/docs
find $site/source/docs/samples \( -name bin -o -name obj \) -prune -exec rm -rf {} +
rm $site/source/build.sh

dotnet tool restore > $site/log
dotnet docfx $site/source/docfx.json --warningsAsErrors >> $site/log 2>&1 || { grep -E 'warning|error' $site/log; exit 1; }
echo "$(find $site/html -name '*.html' | wc -l) pages in $site/html"
