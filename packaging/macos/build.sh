#!/bin/sh
# Sotto.app and its disk image, of the folder that build.py made: `packaging/macos/build.sh`, on a Mac with Apple silicon.
#
# SIGN_IDENTITY   "Developer ID Application: ..."; without it the app is signed for this Mac only, and not notarised
# NOTARY_PROFILE  what `xcrun notarytool store-credentials` was told to call the account
set -eu
cd "$(dirname "$0")/../.."
version=$(plutil -extract CFBundleShortVersionString raw packaging/macos/Info.plist)
python=build/venv/bin/python
app=dist/Sotto.app
image=dist/sotto-$version-macos-arm64.dmg

QT_QPA_PLATFORM=offscreen $python packaging/bundle/icons.py assets/app/sotto.svg build/icons
$python -m PyInstaller --noconfirm --distpath dist --workpath build/work-macos packaging/macos/sotto.spec

# From the inside to the outside: a signature holds what is below it. `--deep` would give the entitlements to libraries.
seal() { codesign --force --options runtime "$stamp" --sign "${SIGN_IDENTITY:--}" "$@"; }
stamp=--timestamp
[ -n "${SIGN_IDENTITY:-}" ] || stamp=--timestamp=none
find "$app/Contents/Frameworks" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -u+x \) -print |
    while IFS= read -r file; do
        if file -b "$file" | grep -q Mach-O; then seal "$file"; fi
    done
find "$app/Contents/Frameworks" -type d -name '*.framework' -prune -print |
    while IFS= read -r framework; do seal "$framework"; done
seal --entitlements packaging/macos/entitlements.plist "$app"
codesign --verify --deep --strict "$app"

rm -rf build/image "$image"
mkdir -p build/image
ditto "$app" build/image/Sotto.app
ln -s /Applications build/image/Applications
hdiutil create -volname Sotto -srcfolder build/image -format UDZO "$image"
if [ -n "${SIGN_IDENTITY:-}" ]; then
    codesign --timestamp --sign "$SIGN_IDENTITY" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature "$image"
fi
