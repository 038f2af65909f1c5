"""The report of a run: one HTML file with its figures, charts and some of its clips."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from app.evaluate import charts
from app.evaluate.conclusion import read_run
from app.evaluate.page import audio, page
from app.evaluate.work import samples_of
from app.files import write_text

MEANS = {
    "sentences": "Single sentences without any history. Word errors are as a recogniser hears them, its own errors "
    "included. Likeness compares pitch and colour with the reference; it is no identification.",
    "context": "The same reply after two histories that differ in one manner only: the first less the second. "
    "If the voice follows what it heard, the measure differs after the full history; after a shuffled one, bare text "
    "and nothing it must not. Green: p below 0.01.",
    "homographs": "The sentence decides how the word must sound. Half is chance; a voice that always says the commoner "
    "sense also gets a half.",
    "consistency": "The word was just heard in one accepted variant. A voice that always says its own gets a half.",
    "drift": "One long conversation in which the voice hears itself. Change is for every ten turns.",
    "talk": "Live talk of the whole program, measured on the recording of both sides.",
    "latency": "Over every text of this run, on this machine and with whatever else it did.",
    "throughput": "A model of the published size with random weights.",
    "turnbench": "Turn ends and interruptions in recorded human talk.",
}


ESSENTIAL = {
    ("pauses inside a turn", "take-over rate in the pause"),
    ("smooth turns", "latency (mean)"),
    ("interruptions", "fell silent within a second of the end"),
    ("all texts", "first sound, p50"),
    ("with every ten turns", "alike to the reference"),
}


def write_report(folder: Path, out: Path, *, clips: int = 3) -> None:
    """Write the page of a run's folder."""
    run = read_run(folder)
    plan = run["plan"]
    title = f"How {plan['speaker']} speaks"
    parts = [_head(title, run), *(_suite(folder, name, part, clips) for name, part in run["suites"].items())]
    write_text(out, page(title, "".join([*parts, _about(run)])))


def _head(title: str, run: dict[str, Any]) -> str:
    plan, sessions = run["plan"], run["sessions"]
    when = time.strftime("%d %B %Y", time.gmtime(sessions[-1]["ended"])) if sessions else ""
    wall = sum(each["wall_s"] for each in sessions) / 60
    busy = sum(each["processor_s"] for each in sessions) / 60
    took = f"{wall:.0f} minutes, {busy:.0f} of the processor's" if sessions else "unknown time"
    facts = f"{when} · Sotto {plan['versions']['sotto']} · setting: {plan['size']} · seed {plan['seed']} · {took}"
    return f"<h1>{escape(title)}</h1><p class='soft'>{escape(facts)}</p>{_essence(run)}"


def _essence(run: dict[str, Any]) -> str:
    rows = [(part["title"], row) for part in run["suites"].values() for row in part["figures"] if _tells(row)]
    lines = [f"<tr><td>{escape(title)}</td>{_cells(row)}</tr>" for title, row in rows]
    return f"<div class='card wide'><table><tr><th></th>{_names()}</tr>{''.join(lines)}</table></div>" if rows else ""


def _tells(row: dict[str, Any]) -> bool:
    return (
        row["note"] == "the test"
        or (row["group"] == "all" and row["name"] in ("right variant", "same variant"))
        or (row["name"].startswith("word error") and row["group"] == "words")
        or (
            row["name"] in ("take-over rate in the pause", "latency (mean)", "first sound, p50")
            and row["group"] in ("all texts", "smooth turns", "pauses inside a turn")
        )
    )


def _suite(folder: Path, name: str, part: dict[str, Any], clips: int) -> str:
    head = f"<h2>{escape(part['title'])}</h2>"
    if part["missing"]:
        return f"{head}<div class='card missing'>Skipped: {escape(part['missing'])}</div>"
    groups = dict.fromkeys(row["group"] for row in part["figures"])
    drawn = "".join(_group(name, group, [r for r in part["figures"] if r["group"] == group]) for group in groups)
    course = _course(part["results"]) if name == "drift" else _contrasts(part["figures"]) if name == "context" else ""
    heard = _clips(folder, part["results"], clips)
    rows = "".join(f"<tr><td>{escape(row['group'])}</td>{_cells(row)}</tr>" for row in part["figures"])
    table = f"<table><tr><th></th>{_names()}</tr>{rows}</table>"
    more = f"<details><summary>All {len(part['figures'])} figures</summary><div class='wide'>{table}</div></details>"
    return f"{head}<p>{MEANS.get(name, '')}</p>{course}{drawn}{heard}{more}"


def _group(suite: str, group: str, rows: Sequence[dict[str, Any]]) -> str:
    if suite in TABLES:
        return ""
    chance = 0.5 if any(row["note"].startswith("chance") for row in rows) else None
    drawn = "".join(
        charts.intervals([row for row in rows if row["unit"] == unit], chance=chance)
        for unit in dict.fromkeys(row["unit"] for row in rows)
    )
    return f"<h3>{escape(group)}</h3>{drawn}"


TABLES = ("drift", "latency", "throughput", "context")  # that have charts of their own, or none


def _contrasts(rows: Sequence[dict[str, Any]]) -> str:
    """Return a chart for each contrast: its own measure in each condition."""
    drawn = []
    for test in (row for row in rows if row["note"] == "the test" and row["group"].endswith(", full")):
        contrast = test["group"].partition(",")[0]
        same = {row["group"]: row for row in rows if row["name"] == test["name"]}
        names = {f"{contrast}, full": "full history", f"{contrast}, shuffled": "shuffled history"}
        names |= {"text": "its text alone", "none": "no history"}
        lines = [{**same[group], "name": name} for group, name in names.items() if group in same]
        drawn.append(f"<h3>{escape(contrast)}: {escape(test['name'])}</h3>{charts.intervals(lines, zero=True)}")
    return "".join(drawn)


def _course(results: Sequence[dict[str, Any]]) -> str:
    ordered = sorted(results, key=lambda each: each["unit"])
    alike = [(i, value) for i, row in enumerate(ordered) if (value := row["measures"].get("similarity")) is not None]
    names = [name for name in (ordered[0]["measures"] if ordered else {}) if name.startswith("edits, ")]
    wrong: list[tuple[float, float]] = []
    for at, row in enumerate(ordered):
        measures = row["measures"]
        if names and measures.get(names[0]) is not None:
            count = measures[names[0].replace("edits", "words", 1)]
            wrong.append((at, min(1.0, measures[names[0]] / max(1.0, count))))
    note = "Likeness to the reference (first colour) and word error (second), each turn and smoothed over eleven."
    drawn = charts.course({"alike": alike, "wrong": wrong})
    return f"<figure>{drawn}<figcaption>{note}</figcaption></figure>" if drawn else ""


def _clips(folder: Path, results: Sequence[dict[str, Any]], count: int) -> str:
    told = [each for each in results if each["clips"] and each["measures"]]
    step = max(1, len(told) // max(1, count))
    rows = []
    for each in told[step // 2 :: step][:count]:
        players = " ".join(
            f"<span class='soft'>{escape(k)}</span> {_player(folder, c)}" for k, c in each["clips"].items()
        )
        text = each["facts"].get("text", each["unit"])
        cell = each["facts"].get("cell", each["facts"].get("sense", each["facts"].get("variant", "")))
        rows.append(f"<tr><td>{escape(text)}<br><span class='soft'>{escape(cell)}</span></td><td>{players}</td></tr>")
    return f"<div class='wide'><table>{''.join(rows)}</table></div>" if rows else ""


def _player(folder: Path, clip: str) -> str:
    return audio(samples_of(folder, clip)) if (folder / clip).is_file() else "<i>not kept</i>"


def _names() -> str:
    return "<th>figure</th><th class='n'>n</th><th class='n'>value</th><th>95 % interval</th><th>p</th><th>effect</th>"


def _cells(row: dict[str, Any]) -> str:
    value = "-" if row["value"] is None else f"{row['value']:.3g} {row['unit']}"
    spread = "" if row["low"] is None else f"{row['low']:.3g} to {row['high']:.3g}"
    sure = row["p"] is not None and row["p"] < 0.01
    chance = "" if row["p"] is None else "&lt; 0.0001" if row["p"] < 1e-4 else f"{row['p']:.2g}"
    effect = "" if row["effect"] is None else f"{row['effect']:.2f}"
    shown = f"<span class='sure-text'>{chance}</span>" if sure else chance
    name = escape(f"{row['group']}: {row['name']}")
    return (
        f"<td>{name}</td><td class='n'>{row['n']}</td><td class='n'>{escape(value)}</td><td>{spread}</td>"
        f"<td>{shown}</td><td>{effect}</td>"
    )


def _about(run: dict[str, Any]) -> str:
    plan = run["plan"]
    about = dict(plan["about"])
    files = about.pop("files", {})
    rows = {**about, **plan["versions"], **plan["machine"], "listeners": plan["listeners"], "judge": plan["judge"]}
    lines = "".join(f"<tr><td>{escape(k)}</td><td><code>{escape(str(v))}</code></td></tr>" for k, v in rows.items())
    hashes = "".join(f"<tr><td>{escape(k)}</td><td><code>{v}</code></td></tr>" for k, v in files.items())
    more = f"<details><summary>SHA-256 of the models</summary><table>{hashes}</table></details>" if hashes else ""
    note = "What each figure means, and what not, is in Sotto's docs/evaluation.md. All speech here is AI-generated."
    return f"<h2>How this was made</h2><div class='wide'><table>{lines}</table></div>{more}<p class='soft'>{note}</p>"
