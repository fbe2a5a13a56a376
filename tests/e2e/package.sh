#!/bin/sh
# package.sh BUILD - packs the build in folder BUILD as a .deb, unpacks it elsewhere and works with what is there:
# program, data, manual page, desktop entry, metadata. Closes with "N passed, N failed".
set -u
command -v dpkg-deb >/dev/null 2>&1 || { echo "0 passed, 0 failed"; exit 0; }   # not a Debian
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MARGINSCOPE_ASSETS
passed=0 failed=0

check() {  # LABEL COMMAND...
    label=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf -- '--- %s\n' "$label"
        tail -n 20 "$work/log"
    fi
}

pack() { cd "$work" && cpack -G DEB --config "$build/CPackConfig.cmake"; }
check "cpack makes a package" pack
deb=$(ls "$work"/*.deb)
check "it unpacks" dpkg-deb -x "$deb" "$work/root"
usr=$work/root/usr
program=$usr/bin/marginscope

field() { dpkg-deb -f "$deb" "$1"; }
needs() { field Depends | grep -q "$1"; }
for library in libsdl2 libcairo2 libopenblas libjansson fonts-inter; do
    check "it depends on $library" needs "$library"
done
small() { [ "$(stat -c %s "$deb")" -lt 12000000 ]; }
check "it is smaller than 12 MB" small

tests_left_out() { [ -x "$program" ] && ! find "$work/root" -name 'test_*' | grep -q .; }
check "no test program is in it" tests_left_out
check "the program says its version" sh -c "'$program' --version | grep -q '^marginscope [0-9]'"
trains() { "$program" train --loss arcface --steps 5 --features "$work/f.csv" && [ "$(wc -l <"$work/f.csv")" -eq 12001 ]; }
check "it trains on the data it brought" trains
# Not from where it was built: the file is still there.
own_files() { mv "$usr/share/marginscope/datasets/iris.csv" "$work" && ! "$program" train --dataset iris --steps 5 && mv "$work/iris.csv" "$usr/share/marginscope/datasets"; }
check "it reads what lies beside it" own_files
draws() { "$program" figure --dataset iris --steps 5 --out "$work/p.svg" && grep -q 'font-family' "$work/p.svg"; }
check "it draws" draws
check "the manual page names every command" sh -c "for word in TRAIN FIGURE SWEEP CHECK EVAL; do
    zcat '$usr/share/man/man1/marginscope.1.gz' | grep -q \"^.SH \$word\" || exit 1; done"
quiet_manual() { [ -s "$usr/share/man/man1/marginscope.1.gz" ] && [ -z "$(zcat "$usr/share/man/man1/marginscope.1.gz" | groff -man -ww -Tutf8 2>&1 >/dev/null | grep -v "can't break line\|cannot adjust line")" ]; }
check "the manual page has no fault" quiet_manual
check "the desktop entry is right" desktop-file-validate "$usr/share/applications/marginscope.desktop"
check "the metadata are right" appstreamcli validate --no-net "$usr/share/metainfo/marginscope.metainfo.xml"
check "the icon is a picture" sh -c "grep -q '<svg' '$usr/share/icons/hicolor/scalable/apps/marginscope.svg'"
check "the licence is there" grep -q 'MIT License' "$usr/share/doc/marginscope/copyright"

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
