"""The house rules that no linter knows."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULES = sorted(path for layer in ("core", "models", "app") for path in (ROOT / layer).rglob("*.py"))
VAGUE = {"manager", "handler", "helper", "helpers", "util", "utils", "processor", "common", "misc"}


def locked() -> dict[str, str]:
    lines = (ROOT / "packaging" / "requirements.lock").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_it_is(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    assert text.startswith('"""'), "a module begins with one sentence about itself"
    words = set(re.split(r"[_\W]+", str(path.relative_to(ROOT).with_suffix("")).lower()))
    for name in re.findall(r"^\s*class (\w+)", text, re.M):
        words |= {part.lower() for part in re.findall("[A-Z][a-z]+", name)}
    assert not words & VAGUE


def test_packaging_is_no_package():
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would shadow the library of that name"
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_versions_agree():
    assert metadata.version("sotto") == PROJECT["version"]
    newest = re.search(r"^## \[(?!Unreleased)([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest is None or newest[1] == PROJECT["version"]


def test_the_lock_meets_every_requirement():
    have = locked()
    for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(have[requirement.name.lower()]), line


def test_the_bootstrap_needs_the_standard_library_only():
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "packaging" / "bootstrap.py"), "--help"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
