"""`sotto evaluate`: runs suites on a voice, writes the report, compares runs, makes and scores listening tests."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app import compose
from app.checks import OutputFolder, Problem
from app.evaluate import conclusion, judges, work
from app.evaluate.basics import LongTalk, Sentences
from app.evaluate.context import ContextGain
from app.evaluate.kit import QUICK, SETS, WHOLE, Kit, Suite
from app.evaluate.latency import Throughput
from app.evaluate.pronunciation import Consistency, Homographs
from app.evaluate.quality import SoundQuality
from app.evaluate.speakers import CommandSpeaker, EspeakSpeaker, PackSpeaker, Speaker
from models.evaluation.sets import SetError, sentences


def run(asked: argparse.Namespace) -> int:
    """Do what is asked for; 0."""
    try:
        return ACTS[asked.act](asked)
    except SetError as error:
        raise Problem(error) from error


def evaluate(asked: argparse.Namespace) -> int:
    """Run the suites, or go on with them."""
    folder = OutputFolder.checked(asked.out).path
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as an exception, so that no server of the rig's is left
    suites = chosen(asked.suites)
    kit = _kit(asked, folder)
    work.claim(folder, conclusion.plan(kit))
    began, processor = time.time(), _processor_s()
    outcomes = work.perform(kit, suites, tell)
    session = {
        "ended": round(time.time()),
        "wall_s": round(time.time() - began, 1),
        "processor_s": round(_processor_s() - processor, 1),
    }
    found = conclusion.conclude(kit, outcomes, session)
    print(conclusion.table(found["suites"]))
    from app.evaluate.report import write_report

    write_report(folder, folder / "report.html")
    print(f"\nreport: {folder / 'report.html'}")
    return 0


def _processor_s() -> float:
    """Return the processor's time so far, of this program and of those that it ran to their end."""
    return sum(os.times()[:4])


def tell(words: str) -> None:
    """Say how far it is, without mixing with the figures."""
    print(words, file=sys.stderr, flush=True)


def chosen(names: list[str] | None) -> list[Suite]:
    """Return the suites in their order, without names all of them."""
    known: dict[str, Callable[[], Suite]] = {
        "sentences": Sentences,
        "quality": SoundQuality,
        "context": ContextGain,
        "homographs": Homographs,
        "consistency": Consistency,
        "drift": LongTalk,
        "talk": _talk,
        "throughput": Throughput,
        "turnbench": _turnbench,
    }
    return [make() for name, make in known.items() if names is None or name in names]


def _talk() -> Suite:
    from app.evaluate.talk import Talk

    return Talk()


def _turnbench() -> Suite:
    from app.evaluate.turnbench import TurnBench

    return TurnBench()


def _kit(asked: argparse.Namespace, folder: Path) -> Kit:
    choice = compose.choose(asked.pack, asked.voice, asked.data)
    speaker = _speaker(asked, choice)
    size = QUICK if asked.quick else WHOLE
    usual = "pocket" if isinstance(speaker, PackSpeaker) and choice.pack.name == "pocket" else "general"
    texts = sentences(SETS, asked.texts or usual)
    return Kit(
        speaker,
        judges.listeners(asked, choice, texts),
        judges.pronunciation(asked),
        folder,
        size,
        asked.seed,
        texts,
        asked.turnbench,
        judges.quality(asked),
        (f"--pack={choice.pack.folder}",),
    )


def _speaker(asked: argparse.Namespace, choice: compose.Choice) -> Speaker:
    if asked.espeak:
        return EspeakSpeaker()
    if asked.told:
        return CommandSpeaker(asked.told, asked.reference, asked.transcript)
    return PackSpeaker(choice, asked.threads, asked.data)


def _report(asked: argparse.Namespace) -> int:
    from app.evaluate.report import write_report

    out = asked.out or asked.run / "report.html"
    write_report(asked.run, out, clips=asked.clips)
    print(out)
    return 0


def _compare(asked: argparse.Namespace) -> int:
    from app.evaluate.compare import run as compare

    return compare(asked)


def _listening(asked: argparse.Namespace) -> int:
    from app.evaluate.listening import run as listening

    return listening(asked)


ACTS = {"run": evaluate, "report": _report, "compare": _compare, "listening": _listening}
