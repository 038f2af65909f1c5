"""A table of the catalogue that knows where it stands, so that every fault is one line: file, key, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


class CatalogError(Exception):
    """A catalogue that cannot be used; the message is one line: file, key, what is wrong."""


class Keys:
    """A table that knows where it stands, and which of its keys were asked for."""

    def __init__(self, values: Mapping[str, Any], file: str, at: str) -> None:
        self._values, self._file, self._at, self._asked = values, file, at, set[str]()

    def error(self, key: str, what: str) -> CatalogError:
        where = ".".join(part for part in (self._at, key) if part)
        return CatalogError(f"{self._file}: {where}: {what}".replace("\n", " "))

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.error(key, f"is no {kind.__name__}")
        return value

    def match(self, key: str, pattern: re.Pattern[str], *, optional: bool = False) -> str:
        value: str = self.take(key, str, "" if optional else None)
        if (value or not optional) and not pattern.fullmatch(value):
            raise self.error(key, f"{value!r} is not of the form {pattern.pattern}")
        return value

    def among(self, key: str, known: Iterable[str]) -> str:
        value: str = self.take(key, str)
        if value not in (known := tuple(known)):
            raise self.error(key, f"{value!r} is none of {', '.join(known)}")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value: int = self.take(key, int, default)
        if value < 0:
            raise self.error(key, "is negative")
        return value

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        values = self.take(key, list, default)
        if not all(isinstance(value, str) and value for value in values):
            raise self.error(key, "is no list of texts")
        return tuple(values)

    def tables(self, key: str) -> list[tuple[str, Keys]]:
        found = []
        for name, value in self.take(key, dict, {}).items():
            keys = self.table(f"{key}.{name}", value)
            if not NAME.fullmatch(name):
                raise keys.error("", "is no name: lower-case letters, digits, - and _")
            found.append((name, keys))
        return found

    def rows(self, key: str) -> list[Keys]:
        return [self.table(f"{key}[{i}]", value) for i, value in enumerate(self.take(key, list, []))]

    def table(self, key: str, value: Any) -> Keys:
        keys = Keys(value if isinstance(value, dict) else {}, self._file, ".".join(filter(None, (self._at, key))))
        if not isinstance(value, dict):
            raise keys.error("", "is no table")
        return keys

    def done(self) -> None:
        for key in self._values:
            if key not in self._asked:
                raise self.error(key, "is unknown")
