#!/usr/bin/env python3
"""Builds what people install: `python3 packaging/build.py` leaves folder, `.tar.gz` and `.deb` in `dist/`.

Needs the standard library, a compiler for llama.cpp (once), and for the `.deb` the program dpkg-deb. The same commit
gives the same files: `packaging/bundle/compare.py` shows it. What each step does: docs/packaging.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "bundle"))
import archive
import content
import debian
import libraries
from environment import BUILD, PYTHON, ROOT, BuildError, prepare, run

SOURCE = BUILD / "source"
DIST = ROOT / "dist"
PARTS = (
    "torch",
    "ctranslate2",
    "PySide6",
    "onnxruntime",
    "numpy",
    "assets",
    "llama_cpp",
    "libpython",
    "tokenizers",
)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-index", metavar="URL", help="a further package index, for the CPU build of torch")
    parser.add_argument("--llama-wheel", type=Path, metavar="FILE", help="a wheel of llama.cpp that was built before")
    parser.add_argument("--out", type=Path, default=DIST, metavar="DIR", help="where the results go (default: dist)")
    parser.add_argument("--no-deb", action="store_true", help="leave the Debian package out")
    return parser.parse_args()


def moment() -> int:
    """Return the time that every file is given: SOURCE_DATE_EPOCH, or when the commit was made."""
    if stated := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(stated)
    ask = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    told = subprocess.run(ask, capture_output=True, text=True, check=False)
    if told.returncode:
        raise BuildError("this is no git checkout: set SOURCE_DATE_EPOCH, in seconds since 1970")
    return int(told.stdout)


def copy_source() -> None:
    """Copy what the bundle is made of, so that the checkout stays as it is."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
    for name in ("app", "core", "models", "assets", "packaging"):
        shutil.copytree(ROOT / name, SOURCE / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, SOURCE)


def freeze(when: int) -> Path:
    """Run PyInstaller; return the folder that it made."""
    work, out = BUILD / "work", BUILD / "frozen"
    for folder in (work, out):
        shutil.rmtree(folder, ignore_errors=True)
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", out, "--workpath", work]
    spec = SOURCE / "packaging" / "bundle" / "sotto.spec"
    run([PYTHON, "-m", "PyInstaller", *options, spec], SOURCE_DATE_EPOCH=str(when), PYTHONHASHSEED="0")
    return out / "sotto"


def report(folder: Path, results: list[Path]) -> str:
    """Return the sizes of results and parts, in MB of a million bytes."""
    lines = [f"{'installed':24} {content.size(folder) / 1e6:8.1f} MB"]
    lines += [f"{path.name:24} {path.stat().st_size / 1e6:8.1f} MB" for path in results]
    lines += ["", "largest parts:"]
    lines += [f"  {name:22} {size / 1e6:8.1f} MB" for name, size in content.largest(folder, PARTS)]
    twins = content.twice(folder)
    lines += ["", "in it twice: " + ("; ".join(" = ".join(map(str, each)) for each in twins) if twins else "nothing")]
    return "\n".join(lines) + "\n"


def build(asked: argparse.Namespace) -> None:
    """Make everything."""
    when = moment()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    copy_source()
    prepare(asked.torch_index, asked.llama_wheel, SOURCE)
    folder = freeze(when)
    notices = SOURCE / "packaging" / "bundle" / "notices.py"
    # sotto.spec's own name is that of its folder below the work folder.
    run([PYTHON, notices, BUILD / "work" / "sotto" / "contents.json", version, folder, str(when)])
    content.link_twins(folder)
    archive.settle(folder, when)
    out = asked.out
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "sotto", ignore_errors=True)
    shutil.copytree(folder, out / "sotto", symlinks=True)
    kind = f"{sys.platform}-{os.uname().machine}" if os.name == "posix" else "windows-x86_64"
    results = [out / f"sotto-{version}-{kind}.tar.gz"]
    archive.tar(out / "sotto", results[0], when)
    if sys.platform.startswith("linux"):
        needs = libraries.dependencies(folder)
        if not asked.no_deb:
            results.append(debian.package(folder, out, version, when, needs, BUILD, PYTHON))
    text = report(folder, results)
    (out / "sizes.txt").write_text(text, "utf-8")
    print(text)


def main() -> int:
    """Build, and say how long it took."""
    began = time.monotonic()
    try:
        build(parse())
    except (BuildError, KeyError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    print(f"built in {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
