"""The Debian package: the bundle under /opt, and what a desktop needs to show it."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import archive
import content
from environment import ROOT, run

LINUX = ROOT / "packaging" / "linux"
MAINTAINER = "The Sotto developers <developers@sotto.invalid>"
# Not found in files: PortAudio's way to the sound server, and the letters of a bare system.
# FFmpeg's program reads what libsndfile does not, as M4A.
RECOMMENDS = ("libasound2-plugins", "xdg-utils", "ffmpeg")
REMARKS = {  # lintian's, each with its reason
    "dir-or-file-in-opt": "where the Filesystem Hierarchy Standard puts what is not Debian's",
    "embedded-library": "the wheels of PyPI bring OpenBLAS, ICU, zlib, exactly as tested",
    "unstripped-binary-or-object": "stripping breaks torch's and Qt's libraries",
    "custom-library-search-path": "$ORIGIN, inside the bundle",
    "shared-library-lacks-prerequisites": "ICU's data and some of Python's modules need nothing",
    "library-not-linked-against-libc": "as above",
    "hardening-no-pie": "PyInstaller's start and a program of torch's, as they are published",
    "no-manual-page": "`sotto --help`",
    "copyright-without-copyright-notice": "all notices are in /opt/sotto/licences",
    "duplicate-font-file": "Debian's Inter is another version, with other widths",
}


def package(folder: Path, out: Path, version: str, when: int, needs: Sequence[str], work: Path, python: Path) -> Path:
    """Write the package into `out`; `needs` are names of Debian packages."""
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(folder, tree / "opt" / "sotto", symlinks=True)
    share = tree / "usr" / "share"
    run([python, ROOT / "packaging" / "bundle" / "icons.py", ROOT / "assets" / "app" / "sotto.svg", work / "icons"],
        QT_QPA_PLATFORM="offscreen")  # fmt: skip
    for picture in (work / "icons").glob("*.png"):
        place(picture, share / "icons/hicolor" / f"{picture.stem}x{picture.stem}" / "apps/sotto.png")
    place(ROOT / "assets/app/sotto.svg", share / "icons/hicolor/scalable/apps/sotto.svg")
    place(LINUX / "sotto.desktop", share / "applications/sotto.desktop")
    place(LINUX / "app.sotto.Sotto.metainfo.xml", share / "metainfo/app.sotto.Sotto.metainfo.xml")
    papers(share, version, when)
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "sotto").symlink_to("/opt/sotto/sotto")
    place(LINUX / "postrm", tree / "DEBIAN" / "postrm")
    (tree / "DEBIAN" / "postrm").chmod(0o755)
    installed = content.size(tree) // 1024
    (tree / "DEBIAN" / "control").write_text(control(version, installed, needs), "utf-8")
    archive.settle(tree, when)
    file = out / f"sotto_{version}_amd64.deb"
    run(["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--build", tree, file], SOURCE_DATE_EPOCH=str(when))
    shutil.rmtree(tree)
    return file


def control(version: str, installed_kb: int, needs: Sequence[str]) -> str:
    """Return what dpkg reads."""
    return (
        f"Package: sotto\nVersion: {version}\nArchitecture: amd64\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {installed_kb}\nDepends: {', '.join(needs)}\nRecommends: {', '.join(RECOMMENDS)}\n"
        "Section: sound\nPriority: optional\n"
        "Description: voice companion that lives on your own computer\n"
        " You talk, and it talks back, in a voice that you chose, with the rhythm and\n"
        " tone that the conversation has so far. Nothing that is said leaves the\n"
        " machine.\n"
        " .\n"
        " It works at once with the small models that come with it.\n"
    )


def papers(share: Path, version: str, when: int) -> None:
    """Write licence, list of changes and what lintian is told."""
    from datetime import UTC, datetime
    from email.utils import format_datetime

    doc = share / "doc" / "sotto"
    doc.mkdir(parents=True)
    (doc / "copyright").write_text(
        "Copyright: the Sotto developers\nLicense: Apache-2.0, see /usr/share/common-licenses/Apache-2.0\n\n"
        "What else is inside, and under which licence: /opt/sotto/licences/README.txt\n",
        "utf-8",
    )
    entry = f"sotto ({version}) unstable; urgency=medium\n\n  * See /opt/sotto and CHANGELOG.md.\n\n -- {MAINTAINER}  "
    with (doc / "changelog.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=when) as packed:
        packed.write(f"{entry}{format_datetime(datetime.fromtimestamp(when, UTC))}\n".encode())
    told = share / "lintian" / "overrides"
    told.mkdir(parents=True)
    (told / "sotto").write_text("".join(f"# {why}\nsotto: {remark}\n" for remark, why in REMARKS.items()), "utf-8")


def place(source: Path, target: Path) -> None:
    """Copy a file, with the folders above it."""
    os.makedirs(target.parent, exist_ok=True)
    shutil.copyfile(source, target)
