"""The report of a run: one HTML file with its figures, charts and some of its clips."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from app.evaluate import charts, wording
from app.evaluate.conclusion import read_run
from app.evaluate.page import audio, page
from app.evaluate.summary import summary
from app.evaluate.work import samples_of
from app.files import write_text

MEANS = {
    "sentences": "Single sentences without any history. Words are counted as a recogniser hears them, its own errors "
    "included. Likeness compares pitch and colour with the reference; it is no identification.",
    "quality": "What listeners would say of the sound, as DNSMOS guesses it, 1 to 5. It was trained on noisy calls: "
    "it hears hiss, clicks and distortion, neither intonation nor wrong words.",
    "context": "The same reply after two histories that differ in one manner only: the first less the second. A voice "
    "that follows what it heard differs after the full history, and must not after a shuffled one, bare text or none. "
    "Green: p below 0.01.",
    "homographs": "The sentence decides how a word must sound. Half is chance; a voice that always says one of the two "
    "also gets a half.",
    "consistency": "A word was just heard in one of its accepted pronunciations. A voice that always says its own gets "
    "a half; following the prompt is 0 % for it, and 100 % for one that always does.",
    "drift": "One long conversation in which the voice hears itself. Dots are turns, lines the mean of eleven.",
    "talk": "Live talk with the whole program, measured on the recording of both sides.",
    "latency": "Over every text of this run, on this machine and with whatever else it did.",
    "throughput": "A model of the published size with random weights, in int8 on one thread.",
    "turnbench": "Ends of turns and interruptions in recorded human talk.",
}
GROUPS = {"all": "", "scores": "", "by word": "word by word", "words": "heard otherwise", "speech": "how it sounds"}
TABLES = ("drift", "latency", "throughput")  # whose figures need no chart


def write_report(folder: Path, out: Path, *, clips: int = 3) -> None:
    """Write the page of a run's folder."""
    run = read_run(folder)
    suites = run["suites"]
    links = " ".join(f'<a href="#{name}">{escape(part["title"])}</a>' for name, part in suites.items())
    parts = [_head(run), summary(run), f"<nav>{links}</nav>"]
    parts += [_suite(folder, name, part, clips) for name, part in suites.items()]
    write_text(out, page(f"How {run['plan']['speaker']} speaks", "".join([*parts, _about(run)])))


def _head(run: dict[str, Any]) -> str:
    plan, sessions = run["plan"], run["sessions"]
    when = time.strftime("%d %B %Y", time.gmtime(sessions[-1]["ended"])).lstrip("0") if sessions else ""
    wall = sum(each["wall_s"] for each in sessions) / 60
    busy = sum(each["processor_s"] for each in sessions) / 60
    took = f"{wall:.0f} minutes, {busy:.0f} of them the processor's" if sessions else "unknown time"
    facts = f"{when} · Sotto {plan['versions']['sotto']} · {plan['size']} setting · seed {plan['seed']} · {took}"
    return f"<header><h1>How {escape(plan['speaker'])} speaks</h1><p class='soft'>{escape(facts)}</p></header>"


def _suite(folder: Path, name: str, part: dict[str, Any], clips: int) -> str:
    head = f"<section id='{name}'><h2>{escape(part['title'])}</h2>"
    if part["missing"]:
        return f"{head}<p class='card missing'>Skipped: {escape(part['missing'])}</p></section>"
    if failed := [each["facts"]["failed"] for each in part["results"] if "failed" in each["facts"]]:
        return f"{head}<p class='card missing'>Failed: {escape('; '.join(failed))}</p></section>"
    drawn = {"drift": _course, "context": _contrasts}.get(name, _groups)(name, part)
    told = f"<p>{MEANS.get(name, '')}</p>{drawn}{_clips(folder, part['results'], clips)}{_all(part['figures'])}"
    return f"{head}{told}</section>"


def _groups(suite: str, part: dict[str, Any]) -> str:
    if suite in TABLES:
        return table(part["figures"])
    groups = dict.fromkeys(row["group"] for row in part["figures"])
    return "".join(_group(group, [row for row in part["figures"] if row["group"] == group]) for group in groups)


def _group(group: str, rows: Sequence[dict[str, Any]]) -> str:
    chance = 0.5 if any(row["note"].startswith("chance") for row in rows) else None
    title = GROUPS.get(group, group)
    kinds = dict.fromkeys((row["unit"], row["p"] is not None) for row in rows)
    if len(kinds) > 3:
        drawn = table(rows)
    else:
        parts = [([row for row in rows if (row["unit"], row["p"] is not None) == kind], kind[1]) for kind in kinds]
        drawn = "".join(
            charts.intervals(part, zero=tested, chance=None if tested else chance) for part, tested in parts
        )
    return (f"<h3>{escape(title)}</h3>" if title else "") + drawn


def _contrasts(_: str, part: dict[str, Any]) -> str:
    """Return a chart for each contrast: its own measure in each condition."""
    drawn, rows = [], part["figures"]
    for test in (row for row in rows if row["note"] == "the test" and row["group"].endswith(", full")):
        contrast = test["group"].partition(",")[0]
        same = {row["group"]: row for row in rows if row["name"] == test["name"]}
        names = {f"{contrast}, full": "full history", f"{contrast}, shuffled": "shuffled history"}
        names |= {"text": "its text alone", "none": "no history"}
        lines = [{**same[group], "name": name} for group, name in names.items() if group in same]
        title = wording.heading(f"{contrast}: {test['name']}", test["unit"])
        drawn.append(f"<h3>{escape(title)}</h3>{charts.intervals(lines, zero=True)}")
    return "".join(drawn)


def _course(_: str, part: dict[str, Any]) -> str:
    ordered = [each["measures"] for each in sorted(part["results"], key=lambda each: each["unit"])]
    alike = [(float(at), value) for at, row in enumerate(ordered) if (value := row.get("similarity")) is not None]
    series: list[tuple[str, Sequence[tuple[float, float]]]] = [("alike to the reference", alike)]
    names = [name.removeprefix("edits, ") for name in (ordered[0] if ordered else {}) if name.startswith("edits, ")]
    series += [(f"word error, {name}", list(_wrong(ordered, name))) for name in names[-1:]]
    slopes = [row for row in part["figures"] if row["group"] == "with every ten turns"]
    return f"{charts.course(series)}<h3>change with every ten turns</h3>{table(slopes)}"


def _wrong(ordered: Sequence[dict[str, Any]], name: str) -> Iterator[tuple[float, float]]:
    for at, row in enumerate(ordered):
        if row.get(f"edits, {name}") is not None:
            yield float(at), min(1.0, row[f"edits, {name}"] / max(1.0, row[f"words, {name}"]))


def _clips(folder: Path, results: Sequence[dict[str, Any]], count: int) -> str:
    told = [each for each in results if each["clips"] and each["measures"]]
    told = [each for each in told if each["facts"].get("cell", "full").endswith("full")] or told
    kinds = dict.fromkeys(each["facts"].get("cell", "") for each in told)
    chosen = [_spread([each for each in told if each["facts"].get("cell", "") == kind], count) for kind in kinds]
    some = [each for part in chosen for each in part[: max(1, count // len(kinds))]]
    return f"<div class='clips'>{''.join(_clip(folder, each) for each in some)}</div>" if some else ""


def _spread(results: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    step = max(1, len(results) // max(1, count))
    return list(results[step // 2 :: step][:count])


def _clip(folder: Path, each: dict[str, Any]) -> str:
    facts = each["facts"]
    about = facts.get("sense", facts.get("variant", facts.get("cell", "").partition("-")[0]))
    players = "".join(
        f"<label>{f'<span class=soft>{escape(name)}</span>' if name else ''}{_player(folder, clip)}</label>"
        for name, clip in each["clips"].items()
    )
    mark = f"<span class='soft'>{escape(about)}</span><br>" if about else ""
    return f"<div class='clip'><p>{mark}{escape(facts.get('text', each['unit']))}</p>{players}</div>"


def _player(folder: Path, clip: str) -> str:
    return audio(samples_of(folder, clip)) if (folder / clip).is_file() else "<i class='soft'>not kept</i>"


def _all(figures: Sequence[dict[str, Any]]) -> str:
    if not figures:
        return ""
    return f"<details><summary>All {len(figures)} figures</summary>{table(figures, groups=True)}</details>"


def table(rows: Sequence[dict[str, Any]], *, groups: bool = False) -> str:
    """Return figures as a table, with what each is one of where that is not said above."""
    tested, sized = (any(row[name] is not None for row in rows) for name in ("p", "effect"))
    spread = any(row["low"] is not None for row in rows)
    names = ["", *(["group"] if groups else []), "n", "value", *(["95 % interval"] if spread else [])]
    names += [name for name, there in (("p", tested), ("effect", sized)) if there]
    head = "".join(f"<th{' class=n' if name else ''}>{name}</th>" for name in names if name != "group")
    lines, group = [], None
    for row in rows:
        if groups and row["group"] != group:
            group = row["group"]
            lines.append(f"<tr><th colspan='{len(names)}'>{escape(GROUPS.get(group, '') or group)}</th></tr>")
        cells = [str(row["n"]), wording.value(row), *([wording.spread(row)] if spread else [])]
        cells += [_chance(row)] if tested else []
        cells += ["" if row["effect"] is None else wording.number(row["effect"], scale=1)] if sized else []
        body = "".join(f"<td class='n'>{cell}</td>" for cell in cells)
        lines.append(f"<tr><td>{escape(row['name'])}</td>{body}</tr>")
    return f"<div class='wide'><table><tr>{head}</tr>{''.join(lines)}</table></div>"


def _chance(row: dict[str, Any]) -> str:
    told = escape(wording.chance(row["p"]).removeprefix("= "))
    return f"<span class='sure-text'>{told}</span>" if wording.found(row) else told


def _about(run: dict[str, Any]) -> str:
    plan = run["plan"]
    about = dict(plan["about"])
    files = about.pop("files", {})
    judges = {name: plan[name] for name in ("listeners", "judge", "quality") if plan.get(name)}
    rows = {**about, **plan["versions"], **plan["machine"], **judges}
    lines = "".join(f"<tr><td>{escape(k)}</td><td><code>{escape(_plain(v))}</code></td></tr>" for k, v in rows.items())
    hashes = "".join(f"<tr><td>{escape(k)}</td><td><code>{v}</code></td></tr>" for k, v in files.items())
    more = f"<details><summary>SHA-256 of the models</summary><table>{hashes}</table></details>" if hashes else ""
    note = "What each figure means, and what not, is in Sotto's docs/evaluation.md. All speech here is AI-generated."
    return (
        f"<section><h2>How this was made</h2><details><summary>Versions and machine</summary><div class='wide'><table>"
        f"{lines}</table></div></details>{more}<p class='soft'>{note}</p></section>"
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
