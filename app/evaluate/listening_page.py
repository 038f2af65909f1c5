"""The page of a listening test: pairs in an order and on sides drawn anew for every rater; ratings leave as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.evaluate.page import page

QUESTIONS = {
    False: "Which rendition feels more like human speech?",
    True: "Which rendition is the more appropriate continuation of the conversation?",
}
STEPS = ("much", "clearly", "slightly")

BODY = """
<main aria-live="polite">
<section id="begin" class="card"><h1>Listening test</h1>
<p>You will hear pairs of the same words, spoken twice. Listen to both, as often as you like, then choose. Headphones
help. Nothing is sent anywhere: at the end you get a file with your answers.</p>
<p><label>Your name or a made-up one: <input id="rater" autocomplete="off" maxlength="40"></label></p>
<p><button id="start">Begin</button></p></section>
<section id="test" class="card" hidden><p class="soft" id="count"></p><h2 id="question"></h2>
<p id="text"></p><p id="before" hidden>What was said before:<br><audio id="c" controls preload="auto"></audio></p>
<p>Left: <audio id="a" controls preload="auto"></audio></p>
<p>Right: <audio id="b" controls preload="auto"></audio></p>
<fieldset id="scale"><legend class="soft">Hear both first</legend></fieldset></section>
<section id="end" class="card" hidden><h1>Thank you</h1>
<p>Please save your answers and give the file to whoever asked you.</p>
<p><a id="save" class="button" download>Save my answers</a></p></section>
</main>
<style>fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: .35rem; }
  button, .button { font: inherit; padding: .5rem 1rem;
  border-radius: 8px; border: 1px solid var(--line); background: var(--paper); color: var(--ink); cursor: pointer;
  text-decoration: none; text-align: left; } button:disabled { opacity: .45; cursor: default; }
  button:focus-visible { outline: 3px solid var(--accent); } input { font: inherit; padding: .3rem; }</style>
"""

SCRIPT = """
const at = (id) => document.getElementById(id);
const draw = (n) => crypto.getRandomValues(new Uint32Array(1))[0] % n;
const order = TEST.pairs.slice();
for (let i = order.length - 1; i > 0; i--) { const j = draw(i + 1); [order[i], order[j]] = [order[j], order[i]]; }
const answers = [];
let now = 0, swapped = false, heard = new Set(), began = 0;
const scale = at("scale");
for (const value of [3, 2, 1, 0, -1, -2, -3]) {
  const button = document.createElement("button");
  button.type = "button";
  const side = value > 0 ? "left" : "right";
  button.textContent = value ? `The ${side} one, ${TEST.steps[3 - Math.abs(value)]}` : "No difference";
  button.onclick = () => answer(value);
  scale.append(button);
}
function ready() { for (const button of scale.querySelectorAll("button")) button.disabled = heard.size < 2; }
for (const id of ["a", "b"]) at(id).addEventListener("ended", () => { heard.add(id); ready(); });
function show() {
  const pair = order[now];
  swapped = draw(2) === 1; heard = new Set(); began = Date.now(); ready();
  at("count").textContent = `${now + 1} of ${order.length}`;
  at("question").textContent = TEST.question;
  at("text").textContent = `“${pair.text}”`;
  at("before").hidden = !pair.before;
  if (pair.before) at("c").src = pair.before;
  at("a").src = swapped ? pair.y : pair.x;
  at("b").src = swapped ? pair.x : pair.y;
}
function answer(value) {
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  const left = swapped ? "y" : "x";
  answers.push({ id: order[now].id, x_over_y: swapped ? -value : value, left, place: now, seconds });
  now += 1;
  if (now < order.length) { show(); return; }
  at("test").hidden = true; at("end").hidden = false;
  const rater = at("rater").value.trim() || `rater-${draw(1000000)}`;
  const told = { schema: 1, test: TEST.test, rater, question: TEST.question, ratings: answers };
  at("save").href = URL.createObjectURL(new Blob([JSON.stringify(told, null, 1)], { type: "application/json" }));
  at("save").download = `ratings-${rater.replace(/[^\\w-]+/g, "_")}.json`;
}
at("start").onclick = () => { at("begin").hidden = true; at("test").hidden = false; show(); };
"""


def listening_page(test: str, pairs: Sequence[dict[str, Any]], *, context: bool) -> str:
    """Return the page; each pair has id, text, x and y as data addresses, and perhaps what came before."""
    value = {"test": test, "question": QUESTIONS[context], "steps": STEPS, "pairs": list(pairs)}
    data = json.dumps(value).replace("</", "<\\/")
    return page("Listening test", BODY, script=f"const TEST = {data};\n{SCRIPT}")
