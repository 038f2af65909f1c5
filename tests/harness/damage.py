"""Damage a pack's files and load what comes of it in a child: each ends in OK or one clear error, and none unpickles.

    python -m tests.harness.damage 2000

Half of the cases keep the old manifest, as damage on the way does: the hash must refuse them before a parser sees them.
The other half get a manifest that vouches for the damage, as a hostile pack has: the parsers meet it, in the child.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LIMIT_S = 10.0  # of the processor's time
CHILD = """
import os, sys, time
sys.path.insert(0, os.getcwd())
unpickled = 0
def watch(event, arguments):
    global unpickled
    if event == "pickle.find_class":
        unpickled += 1
sys.addaudithook(watch)
import pickle, resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from pathlib import Path
from app.checks import Problem
from models.audiofile import AudioFileError
from models.pack import PackError
from models.voices import VoiceError
from app import compose
import torch
from models.csm import load_voice
from models.llama import Chat
from models.whisper import Transcriber
before = unpickled  # what the libraries themselves do when they are imported
for line in sys.stdin:
    began = time.process_time()  # a busy machine is not the pack's fault
    try:
        compose.load(compose.choose(Path(line.strip()), None), 1)
        told = "ok"
    except (AudioFileError, Problem, PackError, VoiceError) as error:
        told = "refused " + ("MANY LINES" if "\\n" in str(error) else str(error))
    except BaseException as error:
        told = f"OTHER {type(error).__name__}: {error}".replace("\\n", " ")
    print(f"{time.process_time() - began:.2f} {unpickled - before} {told}", flush=True)
"""


def mutant(pocket: Path, work: Path, dice: random.Random) -> tuple[str, bool]:
    """Make a damaged copy of a pack in `work`; return what was done, and whether its manifest vouches for it."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pocket, work)
    files = sorted(p for p in work.rglob("*") if p.is_file() and p.name not in ("pack.toml", "README.md"))
    victim, kind = dice.choice(files), dice.choice(("cut", "flip", "header", "swap", "zero", "grow"))
    raw = bytearray(victim.read_bytes())
    match kind:
        case "cut":
            raw = raw[: dice.randrange(len(raw))]
        case "flip":
            for _ in range(dice.randint(1, 8)):
                raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        case "header":
            for _ in range(dice.randint(1, 24)):
                raw[dice.randrange(min(len(raw), 512))] = dice.randrange(256)
        case "swap":
            raw = bytearray(dice.choice(files).read_bytes())
        case "zero":
            raw = bytearray(len(raw))
        case _:
            raw += dice.randbytes(dice.randint(1, 4096))
    victim.write_bytes(raw)
    vouched = dice.random() < 0.5
    if vouched:
        vouch(work, victim)
    return f"{kind} {victim.relative_to(work)}", vouched


def vouch(work: Path, victim: Path) -> None:
    """Write the damaged file's own size and hash into the manifest."""
    import hashlib
    import tomllib

    import tomli_w

    manifest = tomllib.loads((work / "pack.toml").read_text("utf-8"))
    for part in (*manifest["roles"].values(), *manifest["voices"].values()):
        inside = work / part["folder"]
        if victim.is_relative_to(inside):
            raw = victim.read_bytes()
            name = victim.relative_to(inside).as_posix()
            part["files"][name] = {"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    (work / "pack.toml").write_text(tomli_w.dumps(manifest), "utf-8")


class Loader:
    """A child that loads packs; it may die of one, and is then replaced."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __call__(self, pack: Path) -> str:
        """Return what became of a pack: ok, refused ..., died ..., too long."""
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{pack}\n")
        child.stdin.flush()
        line = child.stdout.readline().strip()
        if not line:
            code = child.wait()
            self._child = None
            return f"died {code}"
        seconds, unpickled, told = line.split(" ", 2)
        if int(unpickled):
            return f"UNPICKLED {unpickled}"
        return told if float(seconds) <= LIMIT_S else f"TOO LONG {seconds} s"

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None:
            command = [sys.executable, "-W", "ignore", "-c", CHILD]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._child = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        return self._child


def damage(cases: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Load so many damaged packs; return how they ended, and what ended otherwise than it may."""
    from app.compose import POCKET

    dice, ends, faults, load = random.Random(seed), Counter[str](), list[str](), Loader()
    with tempfile.TemporaryDirectory() as folder:
        for case in range(cases):
            what, vouched = mutant(POCKET, Path(folder) / "pack", dice)
            told = load(Path(folder) / "pack")
            end = told.split(" ", 1)[0]
            ends[f"{'vouched' if vouched else 'damaged'}_{end}"] += 1
            # llama.cpp aborts on some hostile files; that is why it is a child. What is only damaged never gets there.
            if end not in ("ok", "refused", "died") or (end == "died" and not vouched):
                faults.append(f"case {case}, {what}, {'vouched' if vouched else 'damaged'}: {told}")
    load.close()
    return ends, faults


def main() -> int:
    """Print what was found; 1 for a case that ended otherwise than it may."""
    ends, faults = damage(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    print("\n".join(faults))
    print(" ".join(f"{end}={count}" for end, count in sorted(ends.items())), f"faults={len(faults)}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
