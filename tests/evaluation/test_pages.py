"""What the pages of an evaluation show: numbers as people write them, bars where the values are, nothing fetched."""

from __future__ import annotations

import json
import re

import pytest

from app.evaluate import charts, compare_page, conclusion, report, summary, wording


def row(name="a", value=0.5, low=0.4, high=0.6, unit="share", p=None, **more):
    told = {"group": "all", "name": name, "unit": unit, "n": 12, "value": value, "low": low, "high": high}
    return {**told, "better": "", "p": p, "effect": None, "note": "", **more}


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.268, "share", "27"),
        (0.0169, "share", "1.7"),
        (0.0, "share", "0"),
        (1.0, "share", "100"),
        (-0.13, "syllables/s", "\N{MINUS SIGN}0.13"),
        (-0.00001, "LU", "0"),
        (0.0036, "semitones", "0.0036"),
        (86.81, "ms", "86.8"),
        (1258.4, "ms", "1258"),
    ],
)
def test_a_number_has_the_digits_that_it_means(value, unit, shown):
    assert wording.number(value, unit) == shown


def test_a_value_is_as_exact_as_its_interval_is_wide():
    assert wording.value(row(value=-0.0001, low=-1.4, high=1.42, unit="LU")) == "0 LU"
    assert wording.spread(row(value=-0.0001, low=-1.4, high=1.42, unit="LU")) == "\N{MINUS SIGN}1.40 to 1.42"
    assert wording.value(row(value=None, low=None, high=None)) == "\N{EN DASH}"
    assert wording.chance(0.00005) == "< 0.001"
    assert wording.chance(0.58) == "= 0.58"


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (-0.3, 0.65, [-0.5, -0.25, 0, 0.25, 0.5, 0.75]),
        (0, 0.06, [0, 0.02, 0.04, 0.06]),
    ],
)
def test_ticks_are_round_and_hold_all_values(low, high, marks):
    assert charts.ticks(low, high) == pytest.approx(marks)


def places(drawn, kind):
    return [float(found) for found in re.findall(rf'class="{kind}[^"]*" style="left:([\d.]+)%', drawn)]


def test_a_dot_lies_where_its_value_is_and_a_bar_spans_its_interval():
    drawn = charts.intervals([row(value=0.25, low=0.0, high=0.5), row("b", value=1.0, low=0.75, high=1.0)], chance=0.5)
    assert places(drawn, "dot") == [25, 100]
    assert places(drawn, "bar") == [0, 75]
    assert re.findall(r"width:([\d.]+)%", drawn) == ["50.00", "25.00"]
    assert "sure" not in drawn
    assert "sure" in charts.intervals([row(unit="s", p=0.001)], zero=True)
    assert charts.intervals([row(value=None, low=None, high=None)]) == ""


def test_names_cannot_break_the_page():
    assert "<script>" not in charts.intervals([row("<script>x</script>")])


def part(*figures):
    return {"title": "", "missing": "", "figures": list(figures), "results": []}


def test_a_suite_that_failed_says_so(tmp_path):
    failed = {"suite": "throughput", "unit": "voice", "measures": {}, "facts": {"failed": "no <memory>"}, "clips": {}}
    plan = {"speaker": "me", "size": "whole", "seed": 0, "about": {}, "versions": {"sotto": "1"}, "machine": {}}
    told = {"plan": plan, "suites": {"throughput": {**part(), "title": "Throughput", "results": [failed]}}}
    (tmp_path / "results.json").write_text(json.dumps(told))
    report.write_report(tmp_path, tmp_path / "page.html")
    assert "Failed: no &lt;memory&gt;" in (tmp_path / "page.html").read_text()
    assert "failed: no <memory>" in conclusion.table(told["suites"])


def test_the_summary_says_what_was_found_and_marks_what_must_not_be_believed():
    def test(group, value, p):
        return row("rate", value, value - 0.1, value + 0.1, "syllables/s", p, group=group, note="the test")

    good = {"suites": {"context": part(test("pace, full", 0.5, 0.0001), test("pace, shuffled", 0.0, 0.9))}}
    assert [(tile.value, tile.mark) for tile in summary.tiles(good)] == [("1 of 1", "good")]
    odd = {"suites": {"context": part(test("pace, full", 0.5, 0.0001), test("pace, shuffled", 0.4, 0.001))}}
    assert [(tile.value, tile.mark) for tile in summary.tiles(odd)] == [("1 of 1", "odd")]
    wrong = {"suites": {"context": part(test("pace, full", -0.5, 0.0001))}}  # away from what it hears
    assert [(tile.value, tile.mark) for tile in summary.tiles(wrong)] == [("0 of 1", "")]
    assert list(summary.tiles({"suites": {}})) == []


def test_a_difference_is_drawn_in_standard_deviations():
    told = {"suite": "sentences", "group": "", "measure": "rate", "unit": "s", "n": 9, "base": 1.0, "other": 2.0}
    found = {"difference": 1.0, "low": 0.5, "high": 1.5, "effect": 1.0, "p": 0.001, "p_holm": 0.01}
    drawn = compare_page.compare_page(
        [{"base": "a", "other": "b", "rows": [{**told, **found, "sure": True, "verdict": "worse"}]}]
    )
    assert places(drawn, "dot odd") == [pytest.approx(50 + 50 / 3, abs=0.01)]
    assert places(drawn, "bar odd") == [pytest.approx(50 + 25 / 3, abs=0.01)]
