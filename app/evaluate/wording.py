"""How figures are written for people: shares in percent, no more digits than mean something."""

from __future__ import annotations

from typing import Any

SURE = 0.01  # a p below which a page calls a difference found
SHARES = ("share",)


def number(value: float, unit: str = "", scale: float | None = None) -> str:
    """Return a number without its unit, shares in hundredths, with the digits of a number of size `scale`."""
    times = 100 if unit in SHARES else 1
    size = times * abs(value if scale is None else scale)
    digits = next((at for at, least in enumerate((100, 10, 0.1, 0.01)) if size >= least), 4)
    if unit in SHARES:
        digits = 0 if size >= 10 else 1
    told = f"{times * value:.{digits}f}"
    told = told.rstrip("0").rstrip(".") if "." in told and unit in SHARES else told
    return "0" if float(told) == 0 else told.replace("-", "\N{MINUS SIGN}")


def symbol(unit: str) -> str:
    """Return what follows a number of this unit, with its space; nothing for a scale that needs none."""
    return "\N{NO-BREAK SPACE}%" if unit in SHARES else f" {unit}" if unit and "to" not in unit.split() else ""


SHORT = 3  # letters of a unit that stands beside every number; a longer one stands in the heading


def heading(name: str, unit: str) -> str:
    """Return what a chart shows, with its unit where that does not stand beside the numbers."""
    return f"{name}, {unit}" if len(unit) > SHORT and symbol(unit).strip() == unit else name


def value(row: dict[str, Any], signed: bool = False) -> str:
    """Return a figure's value with its unit, as exact as its interval is wide."""
    if row["value"] is None:
        return "\N{EN DASH}"
    told = number(row["value"], row["unit"], _scale(row))
    plus = "+" if signed and row["value"] > 0 and told != "0" else ""
    return f"{plus}{told}{symbol(row['unit'])}"


def spread(row: dict[str, Any]) -> str:
    """Return a figure's interval, without its unit; empty where there is none."""
    if row["low"] is None or row["high"] is None:
        return ""
    return " to ".join(number(row[end], row["unit"], _scale(row)) for end in ("low", "high"))


def _scale(row: dict[str, Any]) -> float:
    return max(abs(float(row[name])) for name in ("value", "low", "high") if row[name] is not None)


def chance(p: float | None) -> str:
    """Return a p as it is written after "p"; empty for none."""
    if p is None:
        return ""
    return "< 0.001" if p < 1e-3 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def found(row: dict[str, Any]) -> bool:
    """Tell whether a difference is more than chance."""
    return row["p"] is not None and row["p"] < SURE
