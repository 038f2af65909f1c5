"""Licences and bill of materials of what is really in the bundle, from the metadata of the packages it was frozen from.

Runs in the build's environment. What a file came from is known by the list that the recipe writes, `contents.json`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

TEXT = re.compile(r"(^|/)(licen[cs]e|copying|notice|copyright|authors|third.?party)[^/]*$", re.IGNORECASE)
CODE = re.compile(r"\.(py|pyc|so|dll|dylib|exe|json|pyi)$")

# Where a package's metadata is silent or says it in sentences.
SPOKEN = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "lgpl": "LGPL-2.1-only",
    "gnu general public license v2 (gplv2)": "GPL-2.0-or-later WITH Bootloader-exception",  # PyInstaller
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
    "gnu library or lesser general public license (lgpl)": "LGPL-2.1-or-later",
    "mit": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
LIBRARIES = {  # of the build machine, which Python's own modules load: component and licence
    "ssl": ("openssl", "Apache-2.0"),
    "crypto": ("openssl", "Apache-2.0"),
    "ffi": ("libffi", "MIT"),
    "sqlite3": ("sqlite", "blessing"),
    "bz2": ("bzip2", "bzip2-1.0.6"),
    "lzma": ("xz", "0BSD"),
    "z": ("zlib", "Zlib"),
    "uuid": ("util-linux", "BSD-3-Clause"),
    "expat": ("expat", "MIT"),
}
HERE = Path(__file__).resolve().parent
APACHE = HERE.parents[1] / "LICENSE"
LESSER = (HERE / "texts" / "LGPL-3.0-only.txt", HERE / "texts" / "GPL-3.0-only.txt")  # the one amends the other
TEXTS = {  # of packages whose wheels lack them
    "ctranslate2": (HERE / "texts" / "ctranslate2.txt",),
    "flatbuffers": (APACHE,),
    "pyside6-addons": LESSER,
    "pyside6-essentials": LESSER,
    "sentencepiece": (APACHE,),
    "shiboken6": LESSER,
    "tokenizers": (APACHE,),
}


@dataclass(frozen=True)
class Component:
    """Something that is shipped: a package, an interpreter, a set of models."""

    name: str
    version: str
    licence: str
    kind: str = "library"
    purl: str | None = None
    texts: tuple[str, ...] = ()
    needs: tuple[str, ...] = field(default=())


def shipped(contents: Iterable[str]) -> list[Component]:
    """Return the components that the files of `contents` (paths on the build machine) came from."""
    owner = {}
    for distribution in distributions():
        for file in distribution.files or ():
            owner[str(Path(str(distribution.locate_file(file))).resolve())] = distribution
    found: dict[str, Distribution] = {}
    others: set[str] = set()
    for source in contents:
        distribution = owner.get(str(Path(source).resolve()))
        if distribution is None:
            others.add(source)
        else:
            found[canonical(distribution.name)] = distribution
    parts = [package(found[name], found.keys()) for name in sorted(found)]
    return parts + sorted(of_python(others), key=lambda each: each.name)


def package(of: Distribution, among: Iterable[str]) -> Component:
    """Return a Python package as a component."""
    name = canonical(of.name)
    stated = of.metadata.get("License-Expression") or said(of.metadata.get("License") or "")
    classified = [line.split(" :: ")[-1] for line in of.metadata.get_all("Classifier") or () if "License ::" in line]
    licence = stated or " AND ".join(sorted({said(each) or each for each in classified if each != "OSI Approved"}))
    paths = [file for file in of.files or () if TEXT.search(file.as_posix()) and not CODE.search(file.name)]
    found = [Path(str(of.locate_file(path))) for path in sorted(paths)] or TEXTS.get(name, ())
    texts = tuple(path.read_text("utf-8", "replace") for path in found)
    needs = {canonical(re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0]) for line in of.requires or ()}
    purl = None if name == "sotto" else f"pkg:pypi/{name}@{of.version}"
    return Component(name, of.version, licence or "unknown", "library", purl, texts, tuple(sorted(needs & set(among))))


def said(words: str) -> str:
    """Return a licence's SPDX expression, from what a package says in few words; nothing for a whole text."""
    words = words.strip()
    if "\n" in words or len(words) > 80:
        return ""
    return SPOKEN.get(words.lower(), words)


def of_python(sources: Iterable[str]) -> Iterable[Component]:
    """Yield the interpreter, and the libraries of the build machine that its modules load."""
    version = ".".join(map(str, sys.version_info[:3]))
    text = next(iter(Path(sys.base_prefix).rglob("lib/python3*/LICENSE.txt")), None)
    texts = (text.read_text("utf-8"),) if text else ()
    yield Component("python", version, "PSF-2.0", "library", f"pkg:generic/python@{version}", texts)
    seen = set()
    for source in sorted(sources):
        match = re.match(r"lib([a-z]+\d?)[.-]", Path(source).name)
        if match and match[1] in LIBRARIES and LIBRARIES[match[1]][0] not in seen:
            name, licence = LIBRARIES[match[1]]
            seen.add(name)
            yield Component(name, "of the build machine", licence, texts=system_texts(source))


def system_texts(source: str) -> tuple[str, ...]:
    """Return the copyright file of the Debian package that a file belongs to; nothing elsewhere."""
    places = {source, str(Path(source).resolve())}
    for listing in Path("/var/lib/dpkg/info").glob("*.list"):
        if any(
            place.removeprefix("/usr") in {line.removeprefix("/usr") for line in listing.read_text().split("\n")}
            for place in places
        ):
            text = Path("/usr/share/doc") / listing.stem.split(":")[0] / "copyright"
            return (text.read_text("utf-8"),) if text.exists() else ()
    return ()


def canonical(name: str) -> str:
    """Return a package's name as the index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def assets(folder: Path) -> list[Component]:
    """Return the models, voices and fonts that come with Sotto."""
    inter = (folder / "app" / "fonts" / "OFL.txt").read_text("utf-8")
    pack = tomllib.loads((folder / "pocket" / "pack.toml").read_text("utf-8"))
    return [
        Component("inter", "3.19", "OFL-1.1", "data", texts=(inter,)),
        Component(
            "sotto-pocket-pack",
            str(pack.get("version", "1")),
            "Apache-2.0",
            "machine-learning-model",
            texts=(APACHE.read_text("utf-8"),),
        ),
    ]


def write(components: list[Component], version: str, folder: Path, when: int) -> None:
    """Write `licences/` and `sbom.json` into a folder; each text once, however many packages have it."""
    home = folder / "licences"
    home.mkdir(parents=True, exist_ok=True)
    lines = ["What is in this program, under which licence, and where its text is.", ""]
    for each in components:
        names = []
        for text in each.texts:
            name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
            (home / name).write_text(text, "utf-8")
            names.append(name)
        lines.append(f"{each.name} {each.version}: {each.licence}")
        lines += [f"    {name}" for name in dict.fromkeys(names)]
    (home / "README.txt").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "sbom.json").write_text(json.dumps(bill(components, version, when), indent=1) + "\n", "utf-8")


def bill(components: list[Component], version: str, when: int) -> dict[str, object]:
    """Return the bill of materials as CycloneDX 1.5 has it."""
    listed = []
    for each in components:
        entry: dict[str, object] = {"type": each.kind, "bom-ref": reference(each), "name": each.name}
        simple = re.fullmatch(r"[A-Za-z0-9.+-]+", each.licence)
        entry |= {"version": each.version}
        entry["licenses"] = [{"license": {"name": each.licence}}] if not simple else [{"license": {"id": each.licence}}]
        if " " in each.licence and re.search(r" (AND|OR|WITH) ", each.licence):
            entry["licenses"] = [{"expression": each.licence}]
        if each.purl:
            entry["purl"] = each.purl
        listed.append(entry)
    names = {each.name: reference(each) for each in components}
    graph = [
        {"ref": reference(each), "dependsOn": [names[need] for need in each.needs if need in names]}
        for each in components
    ]
    content = json.dumps([listed, graph], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(when, UTC).isoformat().replace("+00:00", "Z"),
            "component": {"type": "application", "bom-ref": "sotto-app", "name": "Sotto", "version": version},
        },
        "components": listed,
        "dependencies": [*graph, {"ref": "sotto-app", "dependsOn": sorted(names.values())}],
    }


def reference(of: Component) -> str:
    """Return how the bill names a component."""
    return of.purl or f"{of.name}@{of.version}"


def main(contents: str, version: str, folder: str, when: str) -> None:
    """Write both for the bundle in `folder`; stop if a package's licence is not known."""
    sources = json.loads(Path(contents).read_text("utf-8"))
    components = shipped(sources) + assets(HERE.parents[1] / "assets")
    silent = [each.name for each in components if each.licence == "unknown" or not each.texts]
    if silent:
        raise SystemExit(f"no licence, or no text of it, is known of {', '.join(silent)}: add them to notices.py")
    write(components, version, Path(folder), int(when))
    print(f"licences of {len(components)} components")


if __name__ == "__main__":
    main(*sys.argv[1:])
