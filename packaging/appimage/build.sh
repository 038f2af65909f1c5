#!/bin/sh
# An AppImage of the folder that build.py made: `packaging/appimage/build.sh`, on the oldest Linux that it is to run on.
# What is fetched is known by its hash.
set -eu
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
tree=build/appimage/Sotto.AppDir
tools=build/appimage/tools
result=dist/sotto-$version-linux-x86_64.AppImage

fetch() { # FILE SHA256 ADDRESS
    [ -f "$tools/$1" ] || curl --fail --location --proto '=https' --output "$tools/$1" "$3"
    echo "$2  $tools/$1" | sha256sum --check --strict --quiet
    chmod +x "$tools/$1"
}

mkdir -p "$tools"
fetch appimagetool ed4ce84f0d9caff66f50bcca6ff6f35aae54ce8135408b3fa33abfc3cb384eb0 \
    https://github.com/AppImage/appimagetool/releases/download/1.9.1/appimagetool-x86_64.AppImage
fetch runtime 2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d \
    https://github.com/AppImage/type2-runtime/releases/download/20251108/runtime-x86_64

rm -rf "$tree"
mkdir -p "$tree/opt" "$tree/usr/lib" "$tree/usr/share/metainfo"
cp -a dist/sotto "$tree/opt/sotto"
# What desktops without Qt 6 lack. The rest of what is outside of the bundle belongs to the system: its C library, its
# screen, its sound. PortAudio as well, since Python looks for it in the system's list of libraries only.
for name in libxcb-cursor.so.0 libxcb-icccm.so.4 libxcb-image.so.0 libxcb-keysyms.so.1 libxcb-render-util.so.0 \
    libxcb-util.so.1 libxkbcommon-x11.so.0; do
    cp -L "/usr/lib/x86_64-linux-gnu/$name" "$tree/usr/lib/"
done
QT_QPA_PLATFORM=offscreen build/venv/bin/python packaging/bundle/icons.py assets/app/sotto.svg build/icons
cp build/icons/256.png "$tree/sotto.png"
cp packaging/linux/sotto.desktop "$tree/sotto.desktop"
cp packaging/linux/app.sotto.Sotto.metainfo.xml "$tree/usr/share/metainfo/app.sotto.Sotto.appdata.xml"
install -m 755 packaging/appimage/AppRun "$tree/AppRun"

ARCH=x86_64 APPIMAGE_EXTRACT_AND_RUN=1 "$tools/appimagetool" --no-appstream --runtime-file "$tools/runtime" "$tree" "$result"
