"""Which shared libraries the bundle's libraries need: each is in the bundle, or in a Debian package named here.

Read from the files themselves (System V ABI, chapter 5: dynamic section), so that no tool is needed.
"""

from __future__ import annotations

import struct
from pathlib import Path

from content import files

# Library of the system -> Debian package, under the name that Debian 12 and Ubuntu 22.04 to 26.04 all answer to.
SYSTEM = {
    "ld-linux-x86-64.so.2": "libc6",
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "librt.so.1": "libc6",
    "libutil.so.1": "libc6",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libmvec.so.1": "libc6",
    "libresolv.so.2": "libc6",
    "libzstd.so.1": "libzstd1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libpulse.so.0": "libpulse0",
    "libpulse-mainloop-glib.so.0": "libpulse-mainloop-glib0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Loaded by name while the program runs, so that no file says so.
BY_NAME = {"libportaudio.so.2": "libportaudio2", "libpulse.so.0": "libpulse0"}

PT_LOAD, PT_DYNAMIC = 1, 2
DT_NEEDED, DT_STRTAB = 1, 5


def needed(path: Path) -> list[str]:
    """Return the names of the libraries that a 64-bit little-endian ELF file asks for; [] for any other file."""
    raw = path.read_bytes()
    if raw[:6] != b"\x7fELF\x02\x01":
        return []
    start, _ = struct.unpack_from("<QQ", raw, 32)
    width, count = struct.unpack_from("<HH", raw, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", raw, start + number * width) for number in range(count)]
    dynamic = next((each for each in headers if each[0] == PT_DYNAMIC), None)
    if dynamic is None:
        return []
    tags = list(struct.iter_unpack("<qQ", raw[dynamic[2] : dynamic[2] + dynamic[5] // 16 * 16]))
    table = next((value for tag, value in tags if tag == DT_STRTAB), 0)
    loaded = next(each for each in headers if each[0] == PT_LOAD and each[3] <= table < each[3] + each[5])
    names = table - loaded[3] + loaded[2]  # from the address in memory to the place in the file
    found = [names + value for tag, value in tags if tag == DT_NEEDED]
    return [raw[place : raw.index(b"\0", place)].decode() for place in found]


def outside(folder: Path) -> dict[str, list[str]]:
    """Return each library that a folder's files need and the folder lacks, with who needs it."""
    inside = {path.name for path in folder.rglob("*") if path.exists()}  # a link may lead to what was left out
    wanted: dict[str, list[str]] = {}
    for path in files(folder):
        for name in needed(path):
            if name not in inside:
                wanted.setdefault(name, []).append(path.relative_to(folder).as_posix())
    return dict(sorted(wanted.items()))


def dependencies(folder: Path) -> list[str]:
    """Return the Debian packages that a bundle needs, sorted; raises KeyError for libraries without one."""
    wanted = outside(folder)
    unknown = {name: who[:3] for name, who in wanted.items() if name not in SYSTEM}
    if unknown:
        raise KeyError(f"no package is named for {unknown}: leave out who needs it, or name the package")
    return sorted({SYSTEM[name] for name in wanted} | set(BY_NAME.values()))
