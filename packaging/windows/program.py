"""Makes of the bundle's console program the one that people double-click: no console, with icon and version.

Runs on Windows in the build's environment, after build.py: `build/venv/Scripts/python packaging/windows/program.py`.
The console program stays, as `sotto-console.exe`: what a terminal starts must be able to print.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ICONS = ROOT / "build" / "icons"
COOKIE = b"MEI\014\013\012\013\016"  # what PyInstaller's archive ends with: this, the archive's length, and some more
COOKIE_LENGTH = 88


def archive_of(program: bytes) -> bytes:
    """Return the archive that PyInstaller appended to a program; raises ValueError if there is none."""
    cookie = program.rfind(COOKIE)
    if cookie < 0 or cookie + COOKIE_LENGTH > len(program):
        raise ValueError("this program holds no archive of PyInstaller: was it made by build.py, and is it signed yet?")
    (length,) = struct.unpack_from("!I", program, cookie + len(COOKIE))
    end = cookie + COOKIE_LENGTH
    if not COOKIE_LENGTH <= length <= end:
        raise ValueError(f"this program's archive says that it has {length} bytes, of {end}")
    return program[end - length : end]


def dress(program: Path) -> None:
    """Give a bare boot loader manifest, icon and version; resources come before the archive, which they would cut."""
    from PyInstaller.utils.win32 import icon, versioninfo, winmanifest, winresource

    winresource.remove_all_resources(str(program))
    icon.CopyIcons(str(program), [str(ICONS / "sotto.ico")])
    version = versioninfo.load_version_info_from_text_file(str(Path(__file__).with_name("version.txt")))
    versioninfo.write_version_info_to_executable(str(program), version)
    winmanifest.write_manifest_to_executable(str(program), winmanifest.create_application_manifest())


def main() -> None:
    """Write both programs into `dist/sotto`."""
    import PyInstaller

    folder = ROOT / "dist" / "sotto"
    program, console = folder / "sotto.exe", folder / "sotto-console.exe"
    if not console.exists():
        program.rename(console)
    archive = archive_of(console.read_bytes())
    drawing = [ROOT / "packaging" / "bundle" / "icons.py", ROOT / "assets" / "app" / "sotto.svg", ICONS]
    subprocess.run([sys.executable, *map(str, drawing)], check=True)
    shutil.copy(Path(PyInstaller.__file__).parent / "bootloader" / "Windows-64bit-intel" / "runw.exe", program)
    dress(program)
    with program.open("ab") as file:
        file.write(archive)


if __name__ == "__main__":
    main()
