"""What can be asked of the installed package without a person: lintian, libraries, the self-test, what is left."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from root import Root, TrialError

BUNDLE = "/opt/sotto"
ODD = "srv/Über alle Maße/so tto"


def lint(package: Path) -> str:
    """Have lintian look at the package, packed anew in a way that it can read: Debian 12's knows no zstd."""
    with tempfile.TemporaryDirectory() as name:
        tree, plain = Path(name) / "tree", Path(name) / package.name
        subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
        pack = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, plain]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)
        told = subprocess.run(
            ["lintian", "--tag-display-limit", "0", plain], capture_output=True, text=True, check=False
        )
    remarks = [line for line in told.stdout.splitlines() if re.match("[EW]: ", line)]
    if remarks or told.returncode:
        raise TrialError("lintian: " + ("\n".join(remarks[:20]) or told.stderr[-500:]))
    return "lintian has nothing to say"


def described(root: Root) -> str:
    """Have the desktop's own tools read the entry and the description."""
    share = root.path / "usr" / "share"
    entry, told = share / "applications" / "sotto.desktop", share / "metainfo" / "app.sotto.Sotto.metainfo.xml"
    for command in (["desktop-file-validate", entry], ["appstreamcli", "validate", "--no-net", "--explain", told]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or (command[0] == "desktop-file-validate" and done.stdout):
            raise TrialError(f"{command[0]}: {done.stdout}{done.stderr}")
    return "desktop-file-validate and appstreamcli are content"


def bare(root: Root) -> str:
    """Make sure that the system has nothing that would help by chance."""
    there = [name for name in ("python3", "gcc", "cc", "make", "ffmpeg") if list(root.path.glob(f"usr/bin/{name}"))]
    if there:
        raise TrialError(f"the system has {', '.join(there)}")
    return "the system has neither Python nor a compiler"


def linked(root: Root) -> str:
    """Ask the system's own loader for every library, with the search path that the program gives itself."""
    script = 'find "$1" -type f \\( -name "*.so*" -o -perm -u+x \\) -print -exec ldd {} \\; 2>/dev/null'
    told = root.run("sh", "-c", f"{script}; true", "sh", BUNDLE, LD_LIBRARY_PATH=f"{BUNDLE}/_internal")
    missing = sorted({line.strip() for line in told.splitlines() if "not found" in line})
    if missing:
        raise TrialError(f"libraries are not found: {missing}")
    return f"every library of {sum(line.startswith(BUNDLE) for line in told.splitlines())} files is found"


def links(root: Root) -> str:
    """Look for links that lead nowhere."""
    dangling = [path for path in (root.path / "opt").rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise TrialError(f"links lead nowhere: {dangling[:5]}")
    return "no link leads nowhere"


def tested(root: Root) -> str:
    """Run the self-test with the locale C and without any network or sound."""
    return _selftest(root, "LC_ALL=C, no network, no sound card", ["unshare", "--net"], LC_ALL="C")


def tested_by_another(root: Root) -> str:
    """Run it as a second person of the same machine, who starts it in a folder of somebody else's."""
    return _selftest(root, "a second person, no locale at all", user="bert", LC_ALL="")


def tested_elsewhere(root: Root) -> str:
    """Run it from a path with spaces and umlauts that nobody may write to."""
    place = root.path / ODD
    shutil.copytree(root.path / BUNDLE[1:], place, symlinks=True)
    subprocess.run(["chmod", "--recursive", "a-w", place], check=True)
    what = _selftest(root, "a read-only folder with spaces and umlauts", program=f"/{ODD}/sotto", LC_ALL="C")
    shutil.rmtree(root.path / ODD.split("/")[0] / ODD.split("/")[1])
    return what


def _selftest(
    root: Root, where: str, around: list[str] | None = None, program: str = "sotto", user: str = "anna", **extra: str
) -> str:
    command = [*(around or []), *root.command(program, "--selftest", user=user, **extra)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=300)
    if done.returncode or "the engine process has ended" not in done.stdout:
        raise TrialError(f"self-test, {where}: {done.stdout}{done.stderr}")
    return f"self-test: {where}"


STEPS = (bare, described, linked, links, tested, tested_by_another, tested_elsewhere)


def removed(root: Root, before: set[str]) -> str:
    """Remove the package and what came with it; only what people said may be left, and purging takes that as well."""
    root.apt("remove", "sotto")
    root.apt("autoremove", "--purge")  # what came with it; `purge` of Sotto itself comes later
    left = root.entries() - before
    theirs = {path for path in left if re.match(r"home/(anna|bert)/\.", path)}
    if left - theirs:
        raise TrialError(f"removing leaves {len(left - theirs)} things: {sorted(left - theirs)[:20]}")
    if not any(path.endswith("conversations.db") or ".local/share/sotto" in path for path in theirs):
        raise TrialError("removing has taken what was said")
    if lost := before - root.entries():
        raise TrialError(f"removing has taken what was there before: {sorted(lost)[:20]}")
    root.apt("purge", "sotto")
    still = {path for path in root.entries() - before if "sotto" in os.path.basename(path).lower()}
    if still:
        raise TrialError(f"purging leaves {sorted(still)[:20]}")
    return f"removing leaves {len(theirs)} files of the people's own, purging none"
