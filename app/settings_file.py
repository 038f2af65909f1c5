"""Settings as a TOML file: one table for each leaf of the tree. Reading it never fails.

A field that cannot be used falls back to its default and is complained of; so is everything else that is not as it
should be. Before such a file is written anew, a copy of it is put aside, so that nothing a user wrote is lost.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from core.settings import Settings
from core.whole import whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from core.news import SettingsUsed  # is loaded only after the window is seen

LARGEST = 1 << 20  # bytes: no file of settings is larger
ASIDE = 5  # copies of damaged files that stay
HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]\s*(#.*)?")
UNREADABLE = (ValueError, RecursionError)  # tomllib's own error, and for what only looks like a number
UNUSABLE = (ValueError, OverflowError)

Tree = TypeVar("Tree", bound="DataclassInstance")  # a frozen tree of leaves, as `Settings` is one


@dataclass(frozen=True)
class Complaint:
    """What is wrong in a file of settings: where, as "segmenter.on" or "line 3", and why; the default is used."""

    file: Path
    key: str
    why: str

    def __str__(self) -> str:
        """Say it in one line."""
        where = f"{self.file}, {self.key}" if self.key else str(self.file)
        return " ".join(f"{where}: {self.why}".split())


def read(
    path: Path,
    defaults: Tree = Settings(),  # type: ignore[assignment]  # noqa: B008 - frozen
) -> tuple[Tree, tuple[Complaint, ...]]:
    """Return the settings in a file, and what is wrong with it; the defaults where there is no file."""
    complaints: list[Complaint] = []
    values = _values(path, complaints)
    return _tree(defaults, values, path, complaints), tuple(complaints)


def write(path: Path, settings: Tree, defaults: Tree = Settings()) -> None:  # type: ignore[assignment]  # noqa: B008
    """Write what differs from the defaults, so that these may improve; raises OSError and changes nothing then."""
    import tomli_w

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if read(path, defaults)[1]:
        _put_aside(path)
    with whole(path) as part:
        part.write_text(tomli_w.dumps(differences(settings, defaults)), "utf-8")
        part.chmod(0o600)


class Wishes:
    """Writes what the user wishes: of the settings that hold, what they changed, on top of what the file says."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path, self._wished, self._held = path, settings, settings

    def note(self, used: SettingsUsed) -> None:
        """Take note of what holds, and whether that is as wished; raises OSError."""
        changed, self._held = differences(used.settings, self._held), used.settings
        for leaf, name in (each.split(".") for each in used.chosen):
            changed.setdefault(leaf, {})[name] = getattr(getattr(used.settings, leaf), name)
        if changed and not used.instead:
            self._wished = amended(self._wished, changed)
            write(self._path, self._wished)


def amended(settings: Tree, changed: Mapping[str, Mapping[str, Any]]) -> Tree:
    """Return settings with other values, by leaf and name."""
    leaves = {leaf: replace(getattr(settings, leaf), **values) for leaf, values in changed.items()}
    return replace(settings, **leaves)


def differences(settings: Tree, defaults: Tree) -> dict[str, dict[str, Any]]:
    """Return the values that are not the default's, by leaf and name."""
    found: dict[str, dict[str, Any]] = {}
    for leaf in fields(settings):
        ours, theirs = getattr(settings, leaf.name), getattr(defaults, leaf.name)
        values = {each.name: getattr(ours, each.name) for each in fields(ours)}
        if changed := {name: value for name, value in values.items() if value != getattr(theirs, name)}:
            found[leaf.name] = changed
    return found


def _put_aside(path: Path) -> None:
    if not path.is_file():
        return
    import hashlib  # loads OpenSSL, before the window is seen

    data = path.read_bytes()[:LARGEST]
    aside = path.with_name(f"{path.stem}.damaged-{hashlib.sha256(data).hexdigest()[:8]}{path.suffix}")
    with whole(aside) as part:
        part.write_bytes(data)
    copies = sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}"), key=lambda each: each.stat().st_mtime)
    for old in copies[:-ASIDE]:
        old.unlink(missing_ok=True)


# From bytes to values.


def _values(path: Path, complaints: list[Complaint]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        complaints.append(Complaint(path, "", f"it cannot be read ({error.strerror}); the defaults are used"))
        return {}
    if len(data) > LARGEST:
        complaints.append(Complaint(path, "", "it is too large for settings; the defaults are used"))
        return {}
    text = _text(data, path, complaints)
    try:
        return tomllib.loads(text)
    except UNREADABLE:
        return _salvaged(text, path, complaints)


def _text(data: bytes, path: Path, complaints: list[Complaint]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        complaints.append(Complaint(path, f"line {line}", "it holds bytes that are no text; they are replaced"))
        return data.decode("utf-8-sig", "replace")


def _salvaged(text: str, path: Path, complaints: list[Complaint]) -> dict[str, Any]:
    """Return what can be read of a file that is no TOML, line by line."""
    found: dict[str, Any] = {}
    table: dict[str, Any] = found
    for number, line in enumerate(re.split(r"\r?\n", text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if header := HEADER.fullmatch(line):
            if header[1] in found:
                complaints.append(Complaint(path, f"line {number}", f"[{header[1]}] is there twice"))
            known = found.setdefault(header[1], {})
            table = known if isinstance(known, dict) else {}
            continue
        try:
            for name, value in tomllib.loads(line).items():
                if table.setdefault(name, value) is not value:
                    complaints.append(Complaint(path, _near(line, number), "it is there twice; the first is used"))
        except UNREADABLE:
            complaints.append(Complaint(path, _near(line, number), "this line cannot be read; the default is used"))
            if line.lstrip().startswith("["):
                table = {}  # whose these lines are is unknown
    return found


def _near(line: str, number: int) -> str:
    name = re.match(r"\s*([A-Za-z0-9_-]{1,40})\s*=", line)
    return f"line {number} ({name[1]})" if name else f"line {number}"


# From values to the tree.

Wrong = Callable[[str, str], Complaint]


def _tree(defaults: Tree, values: Mapping[str, Any], path: Path, complaints: list[Complaint]) -> Tree:
    leaves = {leaf.name for leaf in fields(defaults)}
    unknown = sorted(values.keys() - leaves)
    complaints += [Complaint(path, _shown(name), "it is unknown and has no effect") for name in unknown]
    changed = {}
    for name in sorted(leaves & values.keys()):
        if not isinstance(values[name], dict):
            complaints.append(Complaint(path, name, "it is no table; the defaults are used"))
            continue
        leaf = getattr(defaults, name)
        changed[name] = _leaf(leaf, values[name], partial(_wrong, path, name), complaints)
    return replace(defaults, **changed)


def _wrong(path: Path, leaf: str, key: str, why: str) -> Complaint:
    return Complaint(path, f"{leaf}.{key}", why)


def _leaf(leaf: Any, values: Mapping[str, Any], wrong: Wrong, complaints: list[Complaint]) -> Any:
    hints = get_type_hints(type(leaf))
    known = {each.name for each in fields(leaf)}
    pending: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            complaints.append(wrong(_shown(name), "it is unknown and has no effect"))
        elif (fitting := _fitting(value, hints[name])) is None:
            complaints.append(wrong(name, f"it is {_shown(value)}; {_default(leaf, name)}"))
        else:
            pending[name] = fitting
    for name, why in _settled(leaf, pending):
        complaints.append(wrong(name, f"{why}; {_default(leaf, name)}"))
        del pending[name]
    return replace(leaf, **pending)


def _settled(leaf: Any, pending: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that cannot be used, and why; in any order, since some bound each other."""
    left = dict(pending)
    progress = True
    while progress:
        progress = False
        for name in list(left):
            try:
                leaf = replace(leaf, **{name: left[name]})
            except UNUSABLE:
                continue
            del left[name]
            progress = True
    for name, value in left.items():
        try:
            replace(leaf, **{name: value})
        except UNUSABLE as error:
            yield name, re.sub(r"^\w+\.\w+ ", "it ", str(error))


def _fitting(value: object, hint: Any) -> object | None:
    """Return a value as a field of this type takes it, None if it does not."""
    if get_origin(hint) is Literal:
        return value if isinstance(value, str) else None
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        taken = [_fitting(each, item) for each in value] if isinstance(value, list) else [None]
        return None if None in taken else tuple(taken)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return value if isinstance(value, int) or math.isfinite(value) else None
    return value if type(value) is hint else None


def _default(leaf: object, name: str) -> str:
    return f"the default, {_shown(getattr(leaf, name))}, is used"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
