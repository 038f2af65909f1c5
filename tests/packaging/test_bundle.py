"""What builds the application that people install: what is left out, what it depends on, archives, licences, icons."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree as ET
from importlib.metadata import distributions
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "bundle"))
import archive
import compare
import content
import debian
import environment
import libraries
import notices
import start

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_lock_is_either_shipped_or_for_developers():
    wanted = environment.wanted()
    assert any(line.startswith("torch==") for line in wanted)
    for developer in ("pytest", "mypy", "ruff", "transformers", "hypothesis", "av", "hf-xet"):
        assert not any(line.startswith(f"{developer}==") for line in wanted)


def test_llama_is_never_built_for_the_machine_that_builds():
    assert "-DGGML_NATIVE=OFF" in environment.cmake_arguments()


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/bin/torch_shm_manager", True),
        ("torch/bin/protoc", False),
        ("torch/include/ATen/ATen.h", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/Qt/plugins/wayland-shell-integration/libwl-shell-plugin.so", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("llama_cpp/lib/libllama.so.0", True),
        ("llama_cpp/lib/libllama.so.0.5.0", False),
        ("sotto-0.1.0.dist-info/METADATA", True),
        ("sotto-0.1.0.dist-info/direct_url.json", False),
    ],
)
def test_what_is_left_out(tmp_path, place, kept):
    source = tmp_path / "file"
    source.touch()
    assert content.is_kept((place, str(source), "DATA"), (tmp_path,)) is kept


def test_libraries_of_the_build_machine_stay_there_but_for_pythons_own(tmp_path):
    venv, system = tmp_path / "venv", tmp_path / "system"
    for folder in (venv, system):
        folder.mkdir()
        for name in ("libasound.so.2", "libssl.so.3"):
            (folder / name).touch()
    assert content.is_kept(("libasound.so.2", str(venv / "libasound.so.2"), "BINARY"), (venv,))
    assert not content.is_kept(("libasound.so.2", str(system / "libasound.so.2"), "BINARY"), (venv,))
    assert content.is_kept(("libssl.so.3", str(system / "libssl.so.3"), "BINARY"), (venv,))


def test_a_link_to_what_is_left_out_is_left_out_too(tmp_path):
    links = {"PySide6/Qt/lib/libQt6Qml.so.6": False, "PySide6/Qt/lib/libQt6Core.so.6": True}
    for target, kept in links.items():
        assert content.is_kept((Path(target).name, target, "SYMLINK"), (tmp_path,)) is kept


def test_a_library_behind_a_dangling_link_is_not_inside(tmp_path):
    import numpy

    shutil.copy(next(Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so")), tmp_path)
    (tmp_path / "libm.so.6").symlink_to("nowhere")
    assert "libm.so.6" in libraries.outside(tmp_path)


def test_every_package_of_the_lock_has_a_licence_and_its_text():
    names = {line.split("==")[0] for line in environment.wanted()}
    there = [each for each in distributions() if notices.canonical(each.name) in names]
    assert len(there) > 50
    for each in there:
        part = notices.package(each, names)
        assert part.texts, part.name
        assert part.licence != "unknown", part.name


def test_what_is_in_it_twice_is_found_and_libraries_become_links(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("a/libx.so", "a/libx.so.0", "b.txt"):
        (tmp_path / name).write_bytes(b"x" * 5000)
    (tmp_path / "c.txt").write_bytes(b"y" * 5000)
    assert content.twice(tmp_path) == [[Path("a/libx.so"), Path("a/libx.so.0"), Path("b.txt")]]
    content.link_twins(tmp_path)
    assert (tmp_path / "a/libx.so.0").is_symlink()
    assert (tmp_path / "a/libx.so.0").read_bytes() == b"x" * 5000
    assert not (tmp_path / "b.txt").is_symlink()


def test_the_largest_parts(tmp_path):
    (tmp_path / "_internal" / "torch").mkdir(parents=True)
    (tmp_path / "_internal" / "torch.libs").mkdir()
    (tmp_path / "_internal" / "torch" / "lib").write_bytes(b"x" * 10)
    (tmp_path / "_internal" / "torch.libs" / "lib").write_bytes(b"x" * 5)
    (tmp_path / "sotto").write_bytes(b"x" * 3)
    assert content.largest(tmp_path, ["torch"]) == [("torch", 15), ("sotto", 3)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads ELF files")
def test_what_a_library_needs_is_read_from_it(tmp_path):
    import numpy

    library = next(Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so"))
    assert "libc.so.6" in libraries.needed(library)
    assert libraries.needed(ROOT / "README.md") == []
    shutil.copy(library, tmp_path)
    assert "libm.so.6" in libraries.outside(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads ELF files")
def test_a_library_without_a_named_package_stops_the_build(tmp_path, monkeypatch):
    import numpy

    shutil.copy(next(Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so")), tmp_path)
    monkeypatch.delitem(libraries.SYSTEM, "libc.so.6")
    with pytest.raises(KeyError, match=r"libc\.so\.6"):
        libraries.dependencies(tmp_path)


def some_folder(home: Path) -> Path:
    folder = home / "thing"
    (folder / "inside ä").mkdir(parents=True)
    (folder / "inside ä" / "program").write_text("#!/bin/sh\n")
    (folder / "inside ä" / "program").chmod(0o700)
    (folder / "data").write_text("words")
    (folder / "link").symlink_to("data")
    return folder


def test_an_archive_is_the_same_whoever_makes_it_when(tmp_path):
    made = []
    for name in ("one", "other"):
        folder = some_folder(tmp_path / name)
        archive.settle(folder, 1_700_000_000)
        made.append(tmp_path / f"{name}.tar.gz")
        archive.tar(folder, made[-1], 1_700_000_000)
    assert made[0].read_bytes() == made[1].read_bytes()
    with tarfile.open(made[0]) as packed:
        entries = {entry.name: entry for entry in packed}
    assert entries["thing/link"].linkname == "data"
    assert entries["thing/inside ä/program"].mode & 0o111
    assert {entry.uname for entry in entries.values()} == {"root"}


def test_two_builds_are_compared_file_by_file(tmp_path, capsys):
    one, other = some_folder(tmp_path / "one"), some_folder(tmp_path / "other")
    assert compare.main([str(one), str(other)]) == 0
    (other / "data").write_text("other words")
    (other / "more").touch()
    (other / "inside ä" / "program").chmod(0o644)
    assert compare.differences(one, other) == ["differs: data", "differs: inside ä/program", f"only in {other}: more"]
    assert compare.main([str(one), str(other)]) == 1
    assert compare.main([str(one), str(tmp_path / "nowhere")]) == 2


def test_the_licences_of_what_is_shipped_are_found_by_its_files():
    import numpy
    import soxr

    found = {each.name: each for each in notices.shipped([numpy.__file__, soxr.__file__])}
    assert found.keys() >= {"numpy", "soxr", "python"}
    assert "pytest" not in found
    assert found["numpy"].purl == f"pkg:pypi/numpy@{numpy.__version__}"
    assert found["numpy"].texts
    assert found["soxr"].needs == ("numpy",)


def test_the_bill_and_the_licences_are_written_once_each(tmp_path):
    text = "Do as you like.\n"
    parts = [
        notices.Component("a", "1", "MIT", purl="pkg:pypi/a@1", texts=(text,), needs=("b",)),
        notices.Component("b", "2", "MIT OR Apache-2.0", texts=(text,)),
    ]
    notices.write(parts, "9", tmp_path, 0)
    assert len(list((tmp_path / "licences").glob("*.txt"))) == 2  # README.txt and one text
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["timestamp"]) == ("CycloneDX", "1970-01-01T00:00:00Z")
    assert bill["components"][1]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert {"ref": "pkg:pypi/a@1", "dependsOn": ["b@2"]} in bill["dependencies"]
    again = tmp_path / "again"
    notices.write(parts, "9", again, 0)
    assert (again / "sbom.json").read_bytes() == (tmp_path / "sbom.json").read_bytes()


def test_the_library_path_of_the_user_comes_back(monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.delenv("PYINSTALLER_RESET_ENVIRONMENT", raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/theirs")
    start.restore_library_path()
    assert os.environ["LD_LIBRARY_PATH"] == "/theirs"
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    start.restore_library_path()
    assert "LD_LIBRARY_PATH" not in os.environ
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"  # or its children would not find its libraries


def test_without_a_terminal_complaints_go_to_a_file(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import start; "
        "sys.stdout = sys.stderr = None; start.open_streams(Path(sys.argv[2]) / 'logs'); "
        "print('nowhere'); print('it broke', file=sys.stderr)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(ROOT / "packaging" / "bundle"), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout == told.stderr == ""
    assert (tmp_path / "logs" / "start.log").read_text() == "it broke\n"


def test_the_debian_package_names_what_it_needs():
    text = debian.control("1.2.3", 1000, ["libc6", "libportaudio2"])
    assert "Version: 1.2.3\n" in text
    assert "Depends: libc6, libportaudio2\n" in text


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_removing_keeps_what_was_said_and_only_purging_asks_for_people(tmp_path):
    script = ROOT / "packaging" / "linux" / "postrm"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    # Nothing but `purge` looks at anybody's folders: without programs to run, all else still succeeds.
    for action in ("remove", "upgrade", "disappear"):
        assert subprocess.run(["/bin/sh", script, action], env={"PATH": ""}, check=False).returncode == 0


def test_the_desktop_finds_the_program():
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(ROOT / "packaging" / "linux" / "sotto.desktop", "utf-8")
    assert entry["Desktop Entry"]["Exec"] == entry["Desktop Entry"]["Icon"] == "sotto"
    tree = ET.parse(ROOT / "packaging" / "linux" / "app.sotto.Sotto.metainfo.xml")
    assert tree.findtext("launchable") == "sotto.desktop"
    assert tree.find("releases/release").get("version") == VERSION


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="needs desktop-file-utils")
def test_the_desktop_entry_is_valid():
    told = subprocess.run(
        ["desktop-file-validate", ROOT / "packaging" / "linux" / "sotto.desktop"], capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_icons_are_drawn_in_every_size(tmp_path):
    script = ROOT / "packaging" / "bundle" / "icons.py"
    drawing = ROOT / "assets" / "app" / "sotto.svg"
    subprocess.run(
        [sys.executable, script, drawing, tmp_path], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=True
    )
    raw = (tmp_path / "128.png").read_bytes()
    assert (raw[:8], int.from_bytes(raw[16:20])) == (b"\x89PNG\r\n\x1a\n", 128)
    assert (tmp_path / "sotto.ico").read_bytes()[:6] == b"\0\0\1\0\6\0"
    picture = (tmp_path / "sotto.icns").read_bytes()
    assert (picture[:4], int.from_bytes(picture[4:8])) == (b"icns", len(picture))


def test_what_is_excluded_is_imported_by_nothing_that_people_run():
    """The one module that knows transformers is reached from the voice's benchmark alone, and loads it when it runs."""
    excluded = re.compile(r"^(?:from|import) (transformers|sympy|matplotlib|scipy|PIL)\b", re.MULTILINE)
    for layer in ("app", "core", "models"):
        for path in (ROOT / layer).rglob("*.py"):
            assert not excluded.search(path.read_text("utf-8")), path
