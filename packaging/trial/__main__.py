"""Tries the Debian package as people get it: `.venv/bin/python packaging/trial dist/sotto_0.1.0_amd64.deb --out seen`.

In a Debian without Python: what lintian says, whether every library is found, `sotto --selftest` under all that systems
do to programs, and then a person: a double-click, a spoken conversation, another voice, closing, removing. Recordings
and pictures are left in `--out`. Needs debootstrap, Xvfb, xdotool, pulseaudio, flite, lintian, and rights to mount.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent), str(ROOT / "packaging" / "pocket")]
import checks  # noqa: E402
import person  # noqa: E402
from root import DESKTOP, Root, TrialError  # noqa: E402


def main() -> int:
    """Try all of it, or the named parts; 0 if nothing fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", type=Path, metavar="FILE.deb")
    parser.add_argument("--root", type=Path, default=Path("/var/tmp/sotto-root"), help="a bare system; made if missing")
    parser.add_argument("--out", type=Path, default=Path("trial"), metavar="DIR", help="for recordings and pictures")
    parser.add_argument("--only", choices=("checks", "person"), help="one half of it")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # or everything stays mounted
    asked.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with Root(asked.root) as root:
        root.apt("update")
        root.apt("install", "--no-install-recommends", *DESKTOP)
        root.run("useradd", "--create-home", "anna")
        root.run("useradd", "--create-home", "bert")
        before = root.entries()
        (root.path / "root" / "sotto.deb").write_bytes(asked.package.read_bytes())
        root.apt("install", "--no-install-recommends", "/root/sotto.deb")
        (root.path / "root" / "sotto.deb").unlink()
        steps: list[Callable[[], str]] = []
        if asked.only != "person":
            steps += [lambda: checks.lint(asked.package), *(partial(step, root) for step in checks.STEPS)]
        if asked.only != "checks":
            steps += [lambda: person.talk(root, asked.out), lambda: checks.removed(root, before)]
        for step in steps:
            failed += not tried(step)
    return 1 if failed else 0


def tried(step: Callable[[], str]) -> bool:
    """Do one step and say how it went."""
    began = time.monotonic()
    try:
        print(f"ok      {step()} ({time.monotonic() - began:.0f} s)", flush=True)
    except (TrialError, AssertionError) as error:
        print(f"FAILED  {error}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
