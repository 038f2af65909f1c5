"""The recipes for systems that are not here: what can be known of them without building."""

import importlib.util
import plistlib
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
sys.path.insert(0, str(PACKAGING / "bundle"))
import libraries  # noqa: E402

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
ISS = (PACKAGING / "windows" / "sotto.iss").read_text("utf-8-sig")
FLATPAK = yaml.safe_load((PACKAGING / "flatpak" / "app.sotto.Sotto.yml").read_text())
WORKFLOW = (ROOT / ".github" / "workflows" / "build.yml").read_text()
MADE = ("build", "dist")  # by build.py and icons.py


def windows_program():
    spec = importlib.util.spec_from_file_location("windows_program", PACKAGING / "windows" / "program.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plist(name):
    return plistlib.loads((PACKAGING / "macos" / name).read_bytes())


def test_every_recipe_has_the_version_of_the_project():
    assert f'#define Version "{VERSION}"' in ISS
    resource = (PACKAGING / "windows" / "version.txt").read_text()
    assert re.findall(r'"(?:File|Product)Version", "([^"]+)"', resource) == [VERSION, VERSION]
    numbers = re.findall(r"(?:filevers|prodvers)=\(([\d, ]+)\)", resource)
    assert [each.replace(", ", ".") for each in numbers] == [f"{VERSION}.0"] * 2
    about = plist("Info.plist")
    assert (about["CFBundleShortVersionString"], about["CFBundleVersion"]) == (VERSION, VERSION)
    assert f"sotto-{VERSION}-linux-x86_64.tar.gz" in [
        Path(source["path"]).name for module in FLATPAK["modules"] for source in module["sources"] if "path" in source
    ]


def test_macos_says_why_it_listens_and_may_ask():
    about = plist("Info.plist")
    assert "stays on this Mac" in about["NSMicrophoneUsageDescription"]
    assert about["LSBackgroundOnly"] is False, "PyInstaller's own would keep it out of the Dock"
    assert about["LSArchitecturePriority"] == ["arm64"]
    allowed = plist("entitlements.plist")
    assert allowed["com.apple.security.device.audio-input"] is True
    assert "com.apple.security.app-sandbox" not in allowed
    script = (PACKAGING / "macos" / "build.sh").read_text()
    assert "codesign --force --options runtime" in script, "without it nothing is notarised"
    steps = [
        "-name '*.dylib'",
        "--entitlements packaging/macos/entitlements.plist",
        "notarytool submit",
        "stapler staple",
    ]
    places = [script.index(step) for step in steps]
    assert places == sorted(places), "from the inside to the outside"


def test_the_windows_installer_names_files_that_there_are():
    folder = PACKAGING / "windows"
    named = re.findall(r'^(?:LicenseFile|InfoAfterFile|SetupIconFile)=(.+)$|InfoAfterFile: "([^"]+)"', ISS, re.M)
    paths = [(folder / (one or other).replace("\\", "/")).resolve() for one, other in named]
    assert len(paths) == 4
    for path in paths:
        assert path.exists() or path.relative_to(ROOT).parts[0] in MADE, path
    assert ROOT / "build" / "icons" / "sotto.ico" in paths
    assert windows_program().ICONS == ROOT / "build" / "icons"
    assert '(folder / "sotto.ico")' in (PACKAGING / "bundle" / "icons.py").read_text()


def test_the_windows_installer_takes_what_the_bundle_is_made_of():
    taken = set(re.findall(r'^Source: "\{#Bundle\}\\([^"\\]+)', ISS, re.M))
    assert taken == {"sotto.exe", "sotto-console.exe", "sbom.json", "licences", "_internal"}
    notices = (PACKAGING / "bundle" / "notices.py").read_text()
    assert '"sbom.json"' in notices
    assert '"licences"' in notices
    assert '"sotto-console.exe"' in (PACKAGING / "windows" / "program.py").read_text()


def test_the_windows_installer_needs_no_administrator_and_may_be_large():
    settings = dict(line.split("=", 1) for line in ISS.splitlines() if re.match(r"\w+=", line))
    assert settings["PrivilegesRequired"] == "lowest"
    assert settings["DiskSpanning"] == "yes"
    assert settings["ArchitecturesInstallIn64BitMode"] == "x64compatible"


@pytest.mark.parametrize("name", ["microphone.txt", "microphone.de.txt"])
def test_windows_is_told_where_the_switch_of_the_microphone_is(name):
    text = (PACKAGING / "windows" / name).read_text("utf-8-sig")
    assert re.search("let desktop apps|Desktop-Apps", text, re.I)


def pyinstallers_program(archive):
    cookie = windows_program().COOKIE + struct.pack("!IIII64s", len(archive) + 88, 0, 0, 311, b"python311.dll")
    return b"MZ" + b"boot loader" * 9 + archive + cookie, archive + cookie


def test_the_archive_of_a_program_is_taken_whole():
    program, archive = pyinstallers_program(b"everything that was frozen")
    taken = windows_program().archive_of(program)
    assert taken == archive
    assert windows_program().archive_of(b"another boot loader" + taken) == archive


@pytest.mark.parametrize("cut", [60, 100])
def test_a_program_without_a_whole_archive_is_refused(cut):
    program, _ = pyinstallers_program(b"x" * 40)
    with pytest.raises(ValueError, match="archive"):
        windows_program().archive_of(program[-cut:] if cut == 100 else program[:-cut])


def test_what_flatpak_installs_is_there():
    assert FLATPAK["id"] == ET.parse(PACKAGING / "linux" / "app.sotto.Sotto.metainfo.xml").findtext("id")
    sources = [source for module in FLATPAK["modules"] for source in module["sources"]]
    for source in sources:
        if "url" in source:
            assert re.fullmatch("[0-9a-f]{64}", source["sha256"])
            assert source["url"].startswith("https://")
        else:
            path = (PACKAGING / "flatpak" / source["path"]).resolve()
            assert path.exists() or path.relative_to(ROOT).parts[0] in MADE, path
    commands = "\n".join(FLATPAK["modules"][-1]["build-commands"])
    for name in re.findall(r"linux/(\S+)", commands):
        assert (PACKAGING / "linux" / name).exists()
    assert "icons/sotto.svg" in commands
    assert FLATPAK["build-options"]["strip"] is False


def test_flatpak_is_given_a_microphone_and_a_screen_and_no_files():
    asked = FLATPAK["finish-args"]
    assert {"--socket=pulseaudio", "--socket=wayland", "--socket=fallback-x11"} <= set(asked)
    assert not any(each.startswith(("--filesystem", "--device=all", "--talk-name")) for each in asked)


@pytest.mark.parametrize("path", sorted(PACKAGING.glob("*/build.sh")), ids=lambda path: path.parent.name)
def test_scripts_can_be_read_and_name_files_that_there_are(path):
    subprocess.run(["sh", "-n", path], check=True)
    script = path.read_text()
    for named in re.findall(r"(?<![\w/$])(?:packaging|assets)/[\w./-]+\w", script):
        assert (ROOT / named).exists(), named
    assert path.stat().st_mode & 0o100


def test_an_appimage_takes_libraries_that_the_bundle_is_known_to_need():
    script = (PACKAGING / "appimage" / "build.sh").read_text()
    taken = re.findall(r"\blib[\w-]+\.so\.\d+", script)
    assert taken
    assert set(taken) <= set(libraries.SYSTEM)
    assert len(re.findall(r"\b[0-9a-f]{64}\b", script)) == 2, "what is fetched is known by its hash"


def test_an_appimage_starts_its_program_from_anywhere(tmp_path):
    home = tmp_path / "an ä"
    (home / "opt" / "sotto").mkdir(parents=True)
    program = home / "opt" / "sotto" / "sotto"
    program.write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH|$1|$2"\n')
    program.chmod(0o755)
    shutil.copy(PACKAGING / "appimage" / "AppRun", home)
    (tmp_path / "link").symlink_to(home / "AppRun")
    told = subprocess.run(
        [tmp_path / "link", "say", "two words"],
        env={"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/theirs"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"/theirs:{home}/usr/lib|say|two words\n"


def test_the_workflow_builds_everything_from_what_there_is():
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert set(jobs) == {"linux", "flatpak", "windows", "macos"}
    for name in ("linux", "windows", "macos"):
        assert "packaging/build.py" in str(jobs[name]["steps"])
        assert "--selftest" in str(jobs[name]["steps"])
    for named in re.findall(r"packaging[/\\][\w./\\-]+\w", WORKFLOW):
        assert (ROOT / named.replace("\\", "/")).exists(), named
    assert yaml.safe_load(WORKFLOW)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_what_pyinstaller_needs_elsewhere_is_exact(system):
    lines = (PACKAGING / system / "tools.lock").read_text().splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    assert wanted
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in wanted)
