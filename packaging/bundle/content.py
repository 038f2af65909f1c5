"""What is left out of the bundle and why; its sizes; that nothing is in it twice."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

# Modules that something imports on some way that Sotto never goes.
EXCLUDED = [
    "transformers",  # the oracle of tests and benchmarks
    "sympy",  # torch's compiler
    "networkx",
    "mpmath",
    "torch._dynamo",
    "torch._inductor",
    "torch.onnx",
    "torch.utils.tensorboard",
    "triton",
    "moshi.server",
    "moshi.client",
    "moshi.client_gradio",
    "aiohttp",
    "bitsandbytes",
    "sphn",
    "llama_cpp.server",
    "fastapi",
    "uvicorn",
    "starlette",
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.transformers",
    "pytest",
    "hypothesis",
    "IPython",
    "matplotlib",
    "pandas",
    "scipy",
    "tkinter",
    "PIL",
    "setuptools",
    "pip",
    "wheel",
    "_distutils_hack",
    "pydoc",
    "lib2to3",
]

# Files by their place in the bundle, with the reason.
LEFT_OUT = {
    r"torch/(test|include|share)/": "headers and tests",
    r"torch/bin/(?!torch_shm_manager$)": "tools for developers",
    r"onnxruntime/(datasets|tools|transformers|quantization)/": "tools for developers",
    r"PySide6/Qt/(qml|metatypes|libexec|resources|modules|include)/": "for QML and developers",
    r"PySide6/Qt/translations/(?!qtbase_(de|en)\.qm$)": "languages Sotto lacks",
    r"PySide6/Qt/lib/libQt6(Qml|Quick|Virtual|Pdf|WebEngine|3D|Charts|Designer|Labs|Test|Sql)": "unused",
    r"PySide6/Qt/lib/lib(av|sw)\w+\.": "Qt's own FFmpeg: Qt only lists devices here",
    r"PySide6/Qt/lib/libQt6(EglF|FFmpeg|WlShell|WaylandComp)": "screens without a desktop; video",
    r"PySide6/Qt/plugins/wayland-shell-integration/libwl-shell-plugin\.": "of old compositors; needs libQt6WlShell",
    r"PySide6/Qt/plugins/(multimedia|qmltooling|sqldrivers|designer|position|sensors|webview)/": "unused",
    r"PySide6/Qt/plugins/(egldeviceintegrations|virtualkeyboard|qmlls|printsupport|networkinformation|tls)/": "unused",
    r"PySide6/Qt/plugins/generic/": "touch screens without a desktop",
    r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|vnc|vkkhrdisplay|minimal|minimalegl)\.": "no desktop",
    r"PySide6/Qt/plugins/platforminputcontexts/libqtvirtual": "the keyboard of telephones",
    r"PySide6/Qt/plugins/platformthemes/libqgtk3": "would tie the bundle to GTK; the portal's theme is there",
    r"PySide6/Qt/plugins/imageformats/libq(pdf|tiff|webp|tga|wbmp|icns|jp2)\.": "pictures that Sotto does not have",
    r"\.(pyi|h|hpp|cuh|cmake|cpp|pxd|pyx|lib|a)$": "for compilers",
    r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json|WHEEL|top_level\.txt)$": "of the build machine",
    r"\.dist-info/(licenses/|LICEN[CS]E|NOTICE|COPYING|AUTHORS)": "all licences are in licences/",
    r"^(_soundfile_data/COPYING|assets/app/fonts/OFL\.txt)$": "all licences are in licences/",
    r"(^|/)tests?/": "tests",
    r"(^|/)lib(llama|ggml)[\w-]*\.so\.\d+\.\d+": "a third name of the same library",
    r"lib-dynload/(readline|_curses|_curses_panel|_tkinter|nis|_test\w*|xx\w*)\.": "for terminals, tests",
}
PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_OUT))

# Libraries of the build machine that Python's own modules load, and that systems have in too many versions.
OF_PYTHON = re.compile(r"^lib(ssl|crypto|ffi|sqlite3|bz2|lzma|z|python3[\d.]*|uuid|expat|b2|mpdec)[.-]")


def is_kept(entry: tuple[str, str, str], homes: Iterable[Path]) -> bool:
    """Whether a file that PyInstaller found goes into the bundle; `entry` is (place, source, kind).

    Libraries from outside of `homes` are the build machine's: those are named dependencies instead.
    """
    place, source, kind = entry
    if PATTERN.search((source if kind == "SYMLINK" else place).replace("\\", "/")):  # a link's source is its target
        return False
    if kind == "SYMLINK":
        return not source.startswith("torch/lib/")  # torch finds its own, and another torch must not find these
    if not source:
        return True
    inside = any(Path(source).resolve().is_relative_to(home) for home in homes)
    return inside or kind != "BINARY" or bool(OF_PYTHON.match(Path(place).name))


def files(folder: Path) -> list[Path]:
    """Return all files of a folder that are no links, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def twice(folder: Path, least: int = 4096) -> list[list[Path]]:
    """Return groups of files with the same content, of at least `least` bytes each; paths are within `folder`."""
    by_size: dict[int, list[Path]] = defaultdict(list)
    for path in files(folder):
        by_size[path.stat().st_size].append(path)
    groups: dict[bytes, list[Path]] = defaultdict(list)
    for size, same in by_size.items():
        if size >= least and len(same) > 1:
            for path in same:
                groups[hashlib.sha256(path.read_bytes()).digest()].append(path.relative_to(folder))
    return sorted(group for group in groups.values() if len(group) > 1)


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in files(folder))


def largest(folder: Path, parts: Sequence[str], count: int = 10) -> list[tuple[str, int]]:
    """Return the `count` largest parts with their bytes; a file belongs to the first of `parts` that begins its path.

    What no part claims is counted by its folder.
    """
    sizes: dict[str, int] = defaultdict(int)
    for path in files(folder):
        place = path.relative_to(folder).as_posix().removeprefix("_internal/")
        part = next((part for part in parts if place.startswith(part)), place.split("/")[0])
        sizes[part] += path.stat().st_size
    return sorted(sizes.items(), key=lambda each: (-each[1], each[0]))[:count]


def link_twins(folder: Path) -> None:
    """Make links of libraries that lie under several names in one place: wheels cannot hold links."""
    for first, *others in twice(folder, 1):
        for other in others:
            if other.parent == first.parent and ".so" in other.name:
                (folder / other).unlink()
                (folder / other).symlink_to(first.name)
