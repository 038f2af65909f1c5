"""Damage a pack's files and load what comes of it in a child: each ends in OK or one clear error, and none unpickles.

    python -m tests.harness.damage 2000 [SEED]

Half of the cases keep the old manifest, as damage on the way does: the hash must refuse them before a parser sees them.
The other half get a manifest that vouches for the damage, as a hostile pack has: the parsers meet it, in the child.

Every case is a fork of this process, which has imported all runtimes and loaded nothing, so that no thread of theirs is
lost in the fork. The child opens the pack, loads the model that the damaged file belongs to, by the program's own way,
and uses it once, as a first turn would; models whose files are as ever are not loaded again in every case.
"""

from __future__ import annotations

import gc
import hashlib
import os
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import tomllib
import warnings
from collections import Counter
from pathlib import Path

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_pool] = "1"
os.environ |= {"TOKENIZERS_PARALLELISM": "false", "NO_TORCH_COMPILE": "1", "HF_HUB_OFFLINE": "1"}

LIMIT_S = 10  # of the processor's time: a busy machine is not the pack's fault
HANG_S = 180.0  # by the clock, for what waits for ever
ROOM = 12 << 30  # bytes of address space: what claims more must be refused, and not by the system's killer
KINDS = ("cut", "flip", "header", "swap", "zero", "grow")
ALLOWED = ("ok", "refused", "failed")
MANIFEST = "pack.toml"
unpickled = 0


def watch(event: str, _: object) -> None:
    """Count whatever is about to be unpickled."""
    global unpickled
    unpickled += event == "pickle.find_class"


class Pack:
    """A copy of a pack in which one file at a time is damaged, and made whole again."""

    def __init__(self, pocket: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(pocket, folder)
        self._pocket = pocket
        self.files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")

    def damage(self, dice: random.Random) -> tuple[str, Path, bool]:
        """Damage a file; return what was done, to which one, and whether the manifest vouches for it."""
        victim, kind = dice.choice(self.files), dice.choice(KINDS)
        content = raw = victim.read_bytes()
        while raw == content:
            raw = damaged(content, kind, dice, self.files)
        victim.write_bytes(raw)
        vouched = victim.name == MANIFEST or dice.random() < 0.5
        if vouched and victim.name != MANIFEST:
            self._vouch(victim)
        return f"{kind} {victim.relative_to(self.folder)}", victim, vouched

    def mend(self, victim: Path) -> None:
        """Make everything as it was."""
        for path in {victim, self.folder / MANIFEST}:
            shutil.copyfile(self._pocket / path.relative_to(self.folder), path)

    def _vouch(self, victim: Path) -> None:
        """Write the damaged file's own size and hash into the manifest."""
        import tomli_w

        manifest = tomllib.loads((self.folder / MANIFEST).read_text("utf-8"))
        for part in (*manifest["roles"].values(), *manifest["voices"].values()):
            inside = self.folder / part["folder"]
            if victim.is_relative_to(inside):
                raw = victim.read_bytes()
                name = victim.relative_to(inside).as_posix()
                part["files"][name] = {"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        (self.folder / MANIFEST).write_text(tomli_w.dumps(manifest), "utf-8")


def damaged(content: bytes, kind: str, dice: random.Random, files: list[Path]) -> bytes:
    """Return a file's content with this kind of damage."""
    raw = bytearray(content)
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
    return bytes(raw)


# In the child.


def told(folder: Path, victim: str) -> str:
    """Open the pack, load what the file is part of, use it once; return how that ended."""
    from app import compose
    from app.checks import Problem
    from models.audiofile import AudioFileError
    from models.pack import PackError
    from models.voices import VoiceError

    try:
        choice = compose.choose(folder, None)
        use = loaded(choice, victim)
    except (AudioFileError, Problem, PackError, VoiceError) as error:
        return "refused " + ("MANY LINES" if "\n" in str(error) else str(error))
    except BaseException as error:
        return f"OTHER {type(error).__name__}: {error}".replace("\n", " ")
    try:
        use()
    except Exception as error:  # in a conversation the stage catches it: the turn fails, and says so
        return f"failed {type(error).__name__}: {error}".replace("\n", " ")
    return "ok"


def loaded(choice, victim: str):
    """Load what a file is part of, as the program does; return how it is used for the first time."""
    import numpy as np

    from app import compose
    from core.types import Message
    from models.placing import usual

    pack, noise = choice.pack, np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    match victim.split("/")[0]:
        case "whisper":
            transcribe = compose.load_transcriber(pack, 1)
            return lambda: transcribe(noise)
        case "chat":
            with compose.usable("chat", pack):
                chat = compose._chat(pack, 1, usual(pack))
            return lambda: [piece for piece, _ in zip(chat([Message("user", "Hello")], 0), range(4), strict=False)]
        case "csm" | "mimi" | "voices":
            voice = compose.load_voice(pack, 1)
            with compose.usable("voice", pack):
                heard = compose.reference(choice.card, voice)
            return lambda: [frame for frame, _ in zip(voice.speak([heard], "hello", 0), range(3), strict=False)]
        case "turn":
            model = compose._turn_model(pack)
            return lambda: model(noise)
        case _:  # the manifest itself: anything may be different
            engines = compose.load(choice, 1)
            return lambda: engines.transcriber(noise)


def attempt(folder: Path, victim: str) -> str:
    """Do it in a child; return how it ended: ok, refused ..., failed ..., died ..., or TOO LONG."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what runtimes say of damage is for nobody
            before = unpickled
            end = told(folder, victim)
            end = f"UNPICKLED {unpickled - before}" if unpickled > before else end
            os.write(theirs, end.encode("utf-8", "replace")[:4000])
        finally:
            os._exit(0)
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], HANG_S)
    said = os.read(ours, 4000).decode("utf-8", "replace") if ready else ""
    os.close(ours)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not ready or -code in (signal.SIGXCPU, signal.SIGKILL):
        return f"TOO LONG {LIMIT_S} s of the processor, or {HANG_S:g} s"
    return said or f"died {code}"


def damage(cases: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Load so many damaged packs; return how they ended, and what ended otherwise than it may."""
    from models.pack import open_pack

    dice, ends, faults = random.Random(seed), Counter[str](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        pack = Pack(warm(), Path(folder) / "pack")
        for case in range(cases):
            open_pack(pack.folder)  # what is as ever is hashed here, once
            what, victim, vouched = pack.damage(dice)
            end = attempt(pack.folder, victim.relative_to(pack.folder).as_posix())
            pack.mend(victim)
            kind = end.split(" ", 1)[0]
            ends[f"{'vouched' if vouched else 'damaged'}_{kind}"] += 1
            # llama.cpp aborts on some hostile files; that is why it is a child. What is only damaged never gets there.
            if kind not in (*ALLOWED, "died") or (not vouched and kind != "refused"):
                faults.append(f"seed {seed} case {case}, {what}, {'vouched' if vouched else 'damaged'}: {end}")
    return ends, faults


def warm() -> Path:
    """Import whatever loading needs; no model is loaded and no thread begun. Return the pack."""
    sys.addaudithook(watch)
    warnings.simplefilter("ignore")
    import faster_whisper.vad  # noqa: F401
    import torch

    import models.csm
    import models.llama
    import models.silero
    import models.smart_turn
    import models.whisper  # noqa: F401
    from app.compose import POCKET

    torch.set_num_threads(1)
    gc.freeze()  # what is shared with the children stays shared
    return POCKET


def main() -> int:
    """Print what was found; 1 for a case that ended otherwise than it may."""
    count, seed = (int(each) for each in [*sys.argv[1:], *("2000", "0")[len(sys.argv) - 1 :]])
    ends, faults = damage(count, seed)
    print("\n".join(faults))
    print(" ".join(f"{end}={count}" for end, count in sorted(ends.items())), f"faults={len(faults)}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
