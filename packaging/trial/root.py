"""A bare Debian without Python and build tools, as a layer over a kept one: what is done to it is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

SUITE = "bookworm"
# What a desktop has anyway: a way to start entries, a sound server's way for programs, letters, the icons' folders.
DESKTOP = ("libglib2.0-bin", "pulseaudio", "libasound2-plugins", "fonts-dejavu-core", "hicolor-icon-theme")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
# What package management itself writes, whatever is installed and removed.
OWN = ("var/lib/dpkg/", "var/lib/apt/", "var/cache/", "var/log/", "etc/ld.so.cache", "run/", "tmp/")
OWN += ("var/lib/systemd/", "var/lib/ucf/", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-")


class TrialError(Exception):
    """The trial cannot go on; the message says why."""


class Root:
    """The system in a folder, while the `with` block lasts; needs the rights to mount."""

    def __init__(self, kept: Path) -> None:
        if os.geteuid():
            raise TrialError("mounting needs root's rights")
        if not (kept / "etc" / "debian_version").exists():
            self._bootstrap(kept)
        self._kept = kept
        self._layer = Path(tempfile.mkdtemp(prefix="sotto-trial-"))
        self.path = self._layer / "root"
        self._mounted: list[Path] = []

    @staticmethod
    def _bootstrap(folder: Path) -> None:
        if shutil.which("debootstrap") is None:
            raise TrialError("there is no debootstrap: apt-get install debootstrap")
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, folder], check=True, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Root:
        upper, work = self._layer / "upper", self._layer / "work"
        for folder in (self.path, upper, work):
            folder.mkdir()
        layers = f"lowerdir={self._kept},upperdir={upper},workdir={work}"
        self.mount(["-t", "overlay", "overlay", "-o", layers], self.path)
        self.mount(["-t", "proc", "proc"], self.path / "proc")
        self.mount(["--bind", "/dev"], self.path / "dev")
        shutil.copy("/etc/resolv.conf", self.path / "etc" / "resolv.conf")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for place in reversed(self._mounted):
            subprocess.run(["umount", place], check=True)
        shutil.rmtree(self._layer)  # only once nothing is mounted in it

    def mount(self, how: Sequence[str | Path], place: Path) -> None:
        """Mount something, until the end."""
        if not place.exists():
            place.mkdir(parents=True)
        subprocess.run(["mount", *how, place], check=True)
        self._mounted.append(place)

    def command(self, *words: str, user: str = "root", **extra: str) -> list[str]:
        """Return the command that runs `words` inside as a user, with nothing of this environment but `extra`."""
        home = "/root" if user == "root" else f"/home/{user}"
        settings = [f"{name}={value}" for name, value in (ENVIRONMENT | {"HOME": home} | extra).items()]
        return ["chroot", f"--userspec={user}:{user}", str(self.path), "env", "-i", *settings, *words]

    def run(self, *words: str, user: str = "root", **extra: str) -> str:
        """Run something inside; return what it prints; raises TrialError with its last lines if it fails."""
        done = subprocess.run(self.command(*words, user=user, **extra), capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrialError(f"{' '.join(words)}: {(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def apt(self, *words: str) -> str:
        """Run apt-get without questions."""
        return self.run("apt-get", "--quiet", "--yes", *words)

    def entries(self) -> set[str]:
        """Return the paths of everything inside, but for what package management itself writes."""
        found = set()
        for folder, folders, files in os.walk(self.path):
            place = os.path.relpath(folder, self.path)
            if place in ("proc", "dev", "sys"):
                folders.clear()
                continue
            found |= {os.path.normpath(f"{place}/{name}") for name in (*folders, *files)}
        return {path for path in found if not f"{path}/".startswith(OWN) and not path.startswith(OWN)}
