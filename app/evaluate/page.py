"""What every page of the evaluation shares: one self-contained file, light or dark as the reader's system is."""

from __future__ import annotations

import base64
import io
from html import escape

from core.types import VOICE_RATE, Samples

STYLE = """

:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22262b; --soft: #5c646d; --line: #d9d6cd; --card: #ffffff;
  --accent: #0b6e78; --second: #b0591d; --sure: #1d7f3f; }

@media (prefers-color-scheme: dark) { :root { --paper: #15181b; --ink: #e6e4de; --soft: #9aa3ab; --line: #343a40;
  --card: #1d2125; --accent: #5cc4cf; --second: #e59a5f; --sure: #6fd18d; } }
* { box-sizing: border-box; }

body { margin: 0 auto; padding: 2rem 1.25rem 5rem; max-width: 56rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", sans-serif; }
h1 { font-size: 1.8rem; margin: 0 0 .3rem; } h2 { font-size: 1.25rem; margin: 2.6rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1.5rem 0 .3rem; color: var(--soft); }
p, li { max-width: 46rem; } .soft, figcaption { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }

th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.1rem;
  margin: .8rem 0; }
.missing { border-left: 4px solid var(--second); } .sure-text { color: var(--sure); font-weight: 600; }
.wide { overflow-x: auto; } code { font-size: .86em; overflow-wrap: anywhere; }
audio { width: 15rem; height: 2.1rem; vertical-align: middle; } details { margin: .6rem 0; }
summary { cursor: pointer; color: var(--accent); }
svg.chart { width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font-size: 12px; }
svg .label { text-anchor: end; } svg .tick { text-anchor: middle; fill: var(--soft); font-size: 11px; }
svg .tick.left { text-anchor: end; }
svg .axis { stroke: var(--line); } svg .strong { stroke: var(--soft); stroke-dasharray: 3 3; }
svg .spread { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; opacity: .45; }
svg .dot { fill: var(--accent); } svg .dot.sure { fill: var(--sure); }
svg .point { opacity: .35; } svg .line { fill: none; stroke-width: 2.5; }
svg .c0 { stroke: var(--accent); } svg .c1 { stroke: var(--second); } svg .point.c0 { fill: var(--accent); }
svg .point.c1 { fill: var(--second); }
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
