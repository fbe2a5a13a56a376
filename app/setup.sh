# setup.sh - sourced by app/run and tests/run: installs what is missing, builds quietly.
# The caller has set `top` to the repository's folder and uses `set -eu`.

say() { printf 'marginscope: %s\n' "$*" >&2; }

# One row a need: the same thing under Debian's, Fedora's and Homebrew's names ("-": comes with the system).
needs_app='
gcc                 gcc                    -
make                make                   -
cmake               cmake                  cmake
pkg-config          pkgconf-pkg-config     pkg-config
libc6-dev           glibc-devel            -
libsdl2-dev         SDL2-devel             sdl2
libsdl2-ttf-dev     SDL2_ttf-devel         sdl2_ttf
libcglm-dev         cglm-devel             cglm
libcairo2-dev       cairo-devel            cairo
libfreetype-dev     freetype-devel         freetype
libharfbuzz-dev     harfbuzz-devel         harfbuzz
libfontconfig-dev   fontconfig-devel       fontconfig
libjansson-dev      jansson-devel          jansson
libpng-dev          libpng-devel           libpng
libgif-dev          giflib-devel           giflib
libwebp-dev         libwebp-devel          webp
libpopt-dev         popt-devel             popt
libopenblas-dev     openblas-devel         openblas
zlib1g-dev          zlib-devel             zlib
fonts-inter         rsms-inter-fonts       font-inter
fonts-dejavu-core   dejavu-sans-fonts      font-dejavu
'
needs_tests='
libcmocka-dev       cmocka-devel           cmocka
clang               clang                  -
libclang-rt-14-dev  compiler-rt            -
clang-format-14     clang-tools-extra      clang-format
clang-tidy          clang-tools-extra      -
cppcheck            cppcheck               cppcheck
gcovr               gcovr                  gcovr
python3             python3                python3
xvfb                xorg-x11-server-Xvfb   -
xauth               xorg-x11-xauth         -
x11-utils           xwininfo               -
xdotool             xdotool                -
imagemagick         ImageMagick            imagemagick
librsvg2-bin        librsvg2-tools         librsvg
ffmpeg              ffmpeg-free            ffmpeg
webp                libwebp-tools          -
poppler-utils       poppler-utils          poppler
dpkg-dev            -                      -
file                -                      -
appstream           -                      -
desktop-file-utils  -                      -
groff-base          -                      -
'

column() { printf '%s\n' "$2" | awk -v k="$1" 'NF >= k && $k != "-" { print $k }'; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else
        say "setup: not root and no sudo; install by hand: $missing"
        exit 1
    fi
}

run_logged() {  # LABEL COMMAND...: quiet when well, the log's end and a plain sentence when not
    label=$1
    shift
    mkdir -p "$top/build"
    if ! "$@" >"$top/build/setup.log" 2>&1; then
        tail -n 30 "$top/build/setup.log" >&2
        say "$label failed; the whole log is build/setup.log"
        exit 1
    fi
}

install_missing() {  # TABLE
    missing=
    if command -v apt-get >/dev/null 2>&1; then
        for package in $(column 1 "$1"); do
            dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
        done
        [ -n "$missing" ] || return 0
        say "installing$missing"
        export DEBIAN_FRONTEND=noninteractive
        run_logged "setup: apt-get update" as_root apt-get update -q
        # shellcheck disable=SC2086
        run_logged "setup: apt-get install" as_root apt-get install -q -y --no-install-recommends $missing
    elif command -v dnf >/dev/null 2>&1; then
        for package in $(column 2 "$1"); do
            rpm -q "$package" >/dev/null 2>&1 || missing="$missing $package"
        done
        [ -n "$missing" ] || return 0
        say "installing$missing"
        # shellcheck disable=SC2086
        run_logged "setup: dnf install" as_root dnf install -y $missing
    elif command -v brew >/dev/null 2>&1; then
        have=$(brew list -1 2>/dev/null)
        for package in $(column 3 "$1"); do
            printf '%s\n' "$have" | grep -qx "$package" || missing="$missing $package"
        done
        [ -n "$missing" ] || return 0
        say "installing$missing"
        # shellcheck disable=SC2086
        run_logged "setup: brew install" brew install $missing
        PKG_CONFIG_PATH="$(brew --prefix openblas)/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
        export PKG_CONFIG_PATH
    else
        say "setup: found none of apt-get, dnf, brew; install the libraries README.md lists, then: cmake -B build && cmake --build build"
        exit 1
    fi
}

build() {  # FOLDER TARGET CMAKE-OPTIONS...
    folder=$1 target=$2
    shift 2
    run_logged "build: configuring $folder" cmake -S "$top" -B "$top/$folder" "$@"
    run_logged "build: compiling $folder" cmake --build "$top/$folder" --target "$target" -j "$(getconf _NPROCESSORS_ONLN)"
}
