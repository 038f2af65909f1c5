"""`sotto bench talk`: virtual people talk with Sotto in a room without hardware; prints what the recordings show."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app import compose
from app.rig import faults, overlap, talking
from app.rig.figures import Findings
from app.rig.room import Conditions, Echo

Scenario = Callable[[Conditions], Findings]
PACK = "--pack="  # among the options for `sotto talk`

# Each with the number of trials that it has unless told otherwise.
SCENARIOS: dict[str, tuple[int, str]] = {
    "turns": (60, "how soon it answers complete sentences, and whether it hears their first words"),
    "pauses": (60, "whether it cuts in at a pause of 0.4 to 1.0 s"),
    "habit": (60, "the same with one person all the time, whose pauses it comes to know"),
    "interruptions": (60, "whether it yields, how soon it is silent, whether what it keeps is what was heard"),
    "backchannels": (60, "whether it goes on after mm-hm"),
    "noises": (60, "whether it goes on after keyboards, coughs, doors"),
    "bystanders": (60, "whether it goes on while others talk in the background"),
    "alone": (10, "minutes of its own voice with nobody there: self-interruptions, gaps, clicks"),
    "unplugging": (50, "whether it survives the loss of all devices in mid-turn"),
    "killing": (50, "whether it survives the death of its audio process"),
    "restarting": (10, "whether it survives the death of the sound server"),
    "freezing": (5, "whether it survives a sound server that stops for 10 s"),
    "nothing": (3, "whether it starts without any device, and uses one that comes"),
}


def main(arguments: Sequence[str]) -> int:
    """Run the scenarios that are asked for; 0."""
    asked = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as an exception, so that no server and no program is left
    with folder(asked.out) as out:
        how = Conditions(out, 0, _echo(asked), tuple(asked.talk), asked.seed)
        found = []
        for name in asked.scenarios or SCENARIOS:
            count = asked.count or SCENARIOS[name][0]
            findings = perform(name, replace(how, count=count))
            print(findings.table(), flush=True)
            found.append(findings.plain())
            if asked.json:
                asked.json.write_text(json.dumps(found, indent=1))
    return 0


def perform(name: str, how: Conditions) -> Findings:
    """Run one scenario, with the pack in use unless the options name another: a room's data folder has none."""
    pack = next((o.removeprefix(PACK) for o in reversed(how.options) if o.startswith(PACK)), None)
    folder = compose.pack_folder(Path(pack) if pack else None).absolute()  # the program runs elsewhere
    how = replace(how, options=(*how.options, f"{PACK}{folder}"))
    if name == "turns":
        transcribe = compose.load_transcriber(compose.choose(folder, None).pack, 1)
        return talking.turns(how, lambda sound: transcribe(sound).text)
    if name == "alone":
        return overlap.alone(how, how.count)
    scenarios: dict[str, Scenario] = {
        "pauses": talking.pauses,
        "habit": talking.habit,
        "interruptions": overlap.interruptions,
        "backchannels": overlap.backchannels,
        "noises": overlap.noises,
        "bystanders": overlap.bystanders,
        "unplugging": faults.unplugging,
        "killing": faults.killing,
        "restarting": faults.restarting,
        "freezing": faults.freezing,
        "nothing": faults.no_device,
    }
    return scenarios[name](how)


def parser() -> argparse.ArgumentParser:
    """Return the benchmark's own command line."""
    told = "\n".join(f"  {name:14} {count:3}  {what}" for name, (count, what) in SCENARIOS.items())
    top = argparse.ArgumentParser(
        prog="sotto bench talk",
        description=__doc__,
        epilog=f"scenarios, and how many trials each has:\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], metavar="SCENARIO", help="(default: all)")
    top.add_argument("--count", type=int, metavar="N", help="trials of each; of `alone`, minutes")
    top.add_argument("--echo", type=float, metavar="DB", help="the microphone hears the loudspeaker at this level")
    top.add_argument("--delay", type=int, default=120, metavar="MS", help="of that echo (default: 120)")
    top.add_argument("--seed", type=int, default=0, metavar="N")
    top.add_argument("--out", type=Path, metavar="DIR", help="keep recordings and conversations here")
    top.add_argument("--json", type=Path, metavar="FILE", help="also write the figures, with every value")
    top.add_argument(
        "--talk", action="append", default=[], metavar="OPTION", help="for `sotto talk`, as --talk=--seed=3"
    )
    return top


def _echo(asked: argparse.Namespace) -> Echo | None:
    return None if asked.echo is None else Echo(asked.echo, asked.delay)


@contextmanager
def folder(out: Path | None) -> Iterator[Path]:
    """Give a folder for what the room leaves behind; one that vanishes unless the user named one."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        yield out.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="sotto-bench-") as name:
        yield Path(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
