"""What every page of the evaluation shares: one self-contained file, light or dark as the reader's system is."""

from __future__ import annotations

import base64
import io
from html import escape

from core.types import VOICE_RATE, Samples

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22262b; --soft: #5c646d; --line: #dedbd2; --card: #ffffff;
  --accent: #0b6e78; --second: #b0591d; --sure: #1d7f3f; }

@media (prefers-color-scheme: dark) { :root { --paper: #15181b; --ink: #e6e4de; --soft: #9aa3ab; --line: #32383e;
  --card: #1d2125; --accent: #5cc4cf; --second: #e59a5f; --sure: #6fd18d; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }

body { margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 58rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 3.2rem 0 .4rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.card h2 { margin-top: .2rem; padding-top: 0; border: 0; }
h3 { font-size: .95rem; margin: 1.6rem 0 .4rem; color: var(--soft); font-weight: 600; }
p, li { max-width: 46rem; } .soft, figcaption { color: var(--soft); font-size: .9rem; }
a { color: var(--accent); } a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); }

.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .7rem; margin: 1.6rem 0; }

.tile { display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; padding: .8rem 1rem .85rem; color: inherit; text-decoration: none; }
.tile:hover { border-color: var(--accent); }
.tile b { font-size: 1.6rem; line-height: 1.3; font-weight: 600; } .tile small { color: var(--soft); line-height: 1.4; }
.tile.good b { color: var(--sure); } .tile.odd b { color: var(--second); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .9rem; }

table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
th[colspan] { padding-top: 1.1rem; } td:last-child, th:last-child { padding-right: 0; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.1rem;
  margin: .8rem 0; }
.missing { border-left: 4px solid var(--second); } .sure-text { color: var(--sure); font-weight: 600; }
.good-text { color: var(--sure); font-weight: 600; } .odd-text { color: var(--second); font-weight: 600; }
.wide { overflow-x: auto; } code { font-size: .86em; overflow-wrap: anywhere; }
details { margin: 1.1rem 0; } summary { cursor: pointer; color: var(--accent); }

.chart { margin-bottom: .9rem; }
.row { display: grid; grid-template-columns: minmax(8rem, 15rem) 1fr 10.5rem; gap: 0 1rem; align-items: center;
  font-size: .9rem; line-height: 1.3; min-height: 1.75rem; }
.track { position: relative; align-self: stretch; min-height: 1.75rem; margin: 0 .4rem; }
.track i { position: absolute; }
.rule { top: 0; bottom: 0; width: 1px; background: var(--line); } .rule.strong { background: var(--soft); }
.bar { top: calc(50% - 2.5px); height: 5px; min-width: 2px; border-radius: 3px;
  background: var(--accent); opacity: .4; }
.dot { top: calc(50% - 5.5px); width: 11px; height: 11px; margin-left: -5.5px; border-radius: 50%;
  background: var(--accent); box-shadow: 0 0 0 2px var(--paper); }
.bar.sure, .dot.sure { background: var(--sure); } .bar.good, .dot.good { background: var(--sure); }
.bar.odd, .dot.odd { background: var(--second); } .bar.unsure, .dot.unsure { background: var(--soft); }
.told { white-space: nowrap; } .told b { font-weight: 600; } .told small { color: var(--soft); }
.axis { min-height: 1.2rem; } .axis .track { min-height: 1.2rem; }
.axis .track span { position: absolute; transform: translateX(-50%); color: var(--soft); font-size: .78rem; }

@media (max-width: 40rem) { .row { grid-template-columns: 1fr 9.5rem; padding-bottom: .4rem; }
  .row .name { grid-column: 1 / -1; } .axis > span:first-child { display: none; } }

figure { margin: 1rem 0; } svg.course { width: 100%; min-width: 34rem; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 12px; text-anchor: middle; } svg .end { text-anchor: end; }
svg .rule { stroke: var(--line); } svg .point { opacity: .3; } svg .line { fill: none; stroke-width: 2.5; }
svg .c0 { stroke: var(--accent); } svg .c1 { stroke: var(--second); }
svg .point.c0 { fill: var(--accent); stroke: none; } svg .point.c1 { fill: var(--second); stroke: none; }
.key { margin-right: 1.4rem; } .key::before { content: ""; display: inline-block; width: 1.1em; height: 3px;
  margin: 0 .5em .25em 0; background: var(--accent); } .key.c1::before { background: var(--second); }

.clips { display: grid; grid-template-columns: repeat(auto-fill, minmax(16.5rem, 1fr)); gap: .7rem; margin: 1.4rem 0; }
.clip { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem;
  display: flex; flex-direction: column; justify-content: space-between; }
.clip p { margin: 0 0 .5rem; } .clip label { display: block; margin-top: .3rem; }
audio { width: 100%; height: 2.2rem; display: block; }
"""


def page(title: str, body: str, *, script: str = "") -> str:
    """Return a whole page that asks for nothing from anywhere."""
    tail = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>{body}{tail}</body></html>\n"
    )


def audio(sound: Samples) -> str:
    """Return a player with the sound inside, as MP3, which every browser plays."""
    return f'<audio controls preload="none" src="{data_address(sound)}"></audio>'


def data_address(sound: Samples) -> str:
    """Return sound at VOICE_RATE as a data address."""
    import soundfile

    made = io.BytesIO()
    soundfile.write(made, sound, VOICE_RATE, format="MP3", bitrate_mode="CONSTANT", compression_level=0.9)
    return f"data:audio/mpeg;base64,{base64.b64encode(made.getvalue()).decode()}"
