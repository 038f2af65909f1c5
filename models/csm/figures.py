"""Figures as words: money, dates, times, measures, telephone numbers, ordinals, ranges, fractions, plain numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from num2words import num2words

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_SCALE = r"(?:\s?(?P<scale>thousand|million|billion|trillion|[kKMB])\b|(?P<bn>bn)\b)?"
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion"}
_LONGEST = 15  # digits: a longer number is read out digit by digit

# sign: (one, many, one hundredth, many hundredths)
_CURRENCIES: Mapping[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
}
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}

# unit: (one, many)
_UNITS: Mapping[str, tuple[str, str]] = {
    "km/h": ("kilometre per hour", "kilometres per hour"), "kmh": ("kilometre per hour", "kilometres per hour"),
    "mph": ("mile per hour", "miles per hour"), "m/s": ("metre per second", "metres per second"),
    "km²": ("square kilometre", "square kilometres"), "m²": ("square metre", "square metres"),
    "m³": ("cubic metre", "cubic metres"), "km": ("kilometre", "kilometres"), "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"), "m": ("metre", "metres"), "ft": ("foot", "feet"), "mi": ("mile", "miles"),
    "lbs": ("pound", "pounds"), "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "kg": ("kilogram", "kilograms"), "mg": ("milligram", "milligrams"), "g": ("gram", "grams"),
    "ml": ("millilitre", "millilitres"), "mL": ("millilitre", "millilitres"), "l": ("litre", "litres"),
    "L": ("litre", "litres"), "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"), "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
    "KB": ("kilobyte", "kilobytes"), "kB": ("kilobyte", "kilobytes"), "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes"), "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"), "Hz": ("hertz", "hertz"),
    "kWh": ("kilowatt hour", "kilowatt hours"), "kW": ("kilowatt", "kilowatts"), "MW": ("megawatt", "megawatts"),
    "W": ("watt", "watts"), "V": ("volt", "volts"), "dB": ("decibel", "decibels"),
    "ms": ("millisecond", "milliseconds"), "hrs": ("hour", "hours"), "hr": ("hour", "hours"), "h": ("hour", "hours"),
    "mins": ("minute", "minutes"), "min": ("minute", "minutes"), "secs": ("second", "seconds"),
    "sec": ("second", "seconds"), "s": ("second", "seconds"),
}  # fmt: skip

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH = r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|" + (
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_FRACTIONS = {"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "a quarter", "3/4": "three quarters"}


def in_words(text: str) -> str:
    """Return the text with every figure in words."""
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text


def number(figures: str) -> str:
    """Return a number such as 1,234.5 in words."""
    whole, _, part = figures.replace(",", "").partition(".")
    if len(whole) > _LONGEST or (len(whole) > 1 and whole.startswith("0")):
        spoken = digits(whole)
    else:
        spoken = cardinal(int(whole or 0))
    return f"{spoken} point {digits(part)}" if part else spoken


def cardinal(value: int) -> str:
    """Return a whole number in words, without the commas that would be heard as pauses."""
    return str(num2words(value)).replace(",", "")


def ordinal(value: int) -> str:
    """Return first, second, third, and so on."""
    return str(num2words(value, to="ordinal")).replace(",", "")


def year(value: int) -> str:
    """Return a year as it is said."""
    return str(num2words(value, to="year")).replace(",", "")


def digits(figures: str) -> str:
    """Return digits one by one."""
    return " ".join(cardinal(int(figure)) for figure in figures if figure.isdigit())


def _money(found: re.Match[str]) -> str:
    sign = found["sign"] if "sign" in found.re.groupindex else _CODES.get(found["code"], found["code"])
    one, many, cent, cents = _CURRENCIES[sign]
    if scale := found["scale"] or found["bn"]:
        return f"{number(found['n'])} {_SCALES.get(scale, 'billion' if scale == 'bn' else scale)} {many}"
    whole, _, part = found["n"].replace(",", "").partition(".")
    if len(part) != 2 or len(whole) > _LONGEST:
        return f"{number(found['n'])} {one if found['n'] == '1' else many}"
    pieces = [f"{cardinal(int(whole))} {one if int(whole) == 1 else many}"] if int(whole) or not int(part) else []
    pieces += [f"{cardinal(int(part))} {cent if int(part) == 1 else cents}"] if int(part) else []
    return " and ".join(pieces)


def _measure(found: re.Match[str]) -> str:
    one, many = _UNITS[found["unit"]]
    return f"{number(found['n'])} {one if found['n'] == '1' else many}"


def _scaled(found: re.Match[str]) -> str:
    return f"{number(found['n'])} {_SCALES[found['scale']]}"


def _iso_date(found: re.Match[str]) -> str:
    return _date(found, int(found["y"]), int(found["m"]), int(found["d"]))


def _slash_date(found: re.Match[str]) -> str:
    """Month first, as in the United States, unless only the other order is a date."""
    first, second, then = int(found["a"]), int(found["b"]), int(found["y"])
    then += 0 if then > 99 else 2000
    return _date(found, then, second, first) if first > 12 else _date(found, then, first, second)


def _date(found: re.Match[str], then: int, month: int, day: int) -> str:
    try:
        date(then, month, day)
    except ValueError:
        return found[0]  # no date after all: it is read as numbers
    return f"{_MONTHS[month - 1]} {ordinal(day)} {year(then)}"


def _named_date(found: re.Match[str]) -> str:
    month = next(name for name in _MONTHS if name.startswith(found["month"].rstrip(".")[:3]))
    if int(found["d"]) > 31:
        return found[0]
    return f"{month} {ordinal(int(found['d']))}" + (f" {year(int(found['y']))}" if found["y"] else "")


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found["h"]), int(found["min"] or 0)
    half = f" {found['half'][0].lower()} m" if found["half"] else ""
    if minute == 0:
        return cardinal(hour) + (half or (" hundred" if hour > 12 else " o'clock"))
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half}"


def _ordinal(found: re.Match[str]) -> str:
    return ordinal(int(found[1].replace(",", ""))) if len(found[1]) <= _LONGEST else number(found[1])


def _decade(found: re.Match[str]) -> str:
    said = year(int(found[1])) if len(found[1]) == 4 else cardinal(int(found[1]))
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _year_or_number(found: re.Match[str]) -> str:
    return year(int(found[0]))


def _phone(found: re.Match[str]) -> str:
    groups = [digits(group) for group in re.findall(r"\d+", found[0])]
    return ("plus " if found[0].startswith("+") else "") + ", ".join(groups)


def _versions(found: re.Match[str]) -> str:
    return " point ".join(number(part) for part in found[0].split("."))


def _fraction(found: re.Match[str]) -> str:
    said = _FRACTIONS.get(f"{found['a']}/{found['b']}", f"{number(found['a'])} over {number(found['b'])}")
    return f"{number(found['n'])} and {said}" if found["n"] else said


_ANY_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_RULES: tuple[Rule, ...] = (
    (re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"), _iso_date),
    (re.compile(r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d\d)\b"), _slash_date),
    (re.compile(rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?\b"), _named_date),
    (re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}(?:,? (?P<y>\d{{4}}))?(?!\w)"), _named_date),
    (re.compile(r"\b(?P<h>[01]?\d|2[0-4]):(?P<min>[0-5]\d)(?!\d|:)(?:\s?(?P<half>[AaPp]\.?[Mm]\b\.?))?"), _time),
    (re.compile(r"\b(?P<h>1[0-2]|0?[1-9])(?P<min>)\s?(?P<half>[AaPp]\.?[Mm]\b\.?)"), _time),
    (re.compile(rf"(?P<sign>[$€£¥₹₩])\s?(?P<n>{_NUMBER}){_SCALE}"), _money),
    (re.compile(rf"\b(?P<n>{_NUMBER}){_SCALE}\s?(?P<sign>[€£¥₹₩])"), _money),
    (re.compile(rf"\b(?P<n>{_NUMBER}){_SCALE}\s?(?P<code>USD|EUR|GBP|JPY|INR)\b"), _money),
    (re.compile(r"(?:\+\d{1,3}[ -]?)?(?<!\d)(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-.]\d{4}\b"), _phone),
    (re.compile(r"(?<!\w)\+\d[\d -]{6,}\d\b"), _phone),
    (re.compile(rf"(?<=\d)\s?[-–]\s?(?={_NUMBER})"), lambda _: " to "),
    (re.compile(rf"(?<![\w.])[-−](?={_NUMBER})"), lambda _: "minus "),
    (re.compile(r"\b\d+(?:\.\d+){2,}\b"), _versions),
    (re.compile(r"\b24/7\b"), lambda _: "twenty-four seven"),
    (re.compile(r"\b(?:(?P<n>\d+)\s)?(?P<a>\d{1,3})/(?P<b>\d{1,3})\b"), _fraction),
    (re.compile(r"(?<!\w)['’]?((?<=['’])\d0|\d{3}0)s\b"), _decade),
    (re.compile(rf"(?<![\w.])(?P<n>{_NUMBER})\s?(?P<unit>{_ANY_UNIT})(?![\w/²³])"), _measure),
    (re.compile(rf"\b(?P<n>{_NUMBER})\s?(?P<scale>[kKMB])\b"), _scaled),
    (re.compile(r"\b(\d+(?:,\d{3})*)(?:st|nd|rd|th)\b"), _ordinal),
    (re.compile(r"#\s?(?=\d)|\bN(?:o|r)\.\s?(?=\d)"), lambda _: "number "),
    (re.compile(r"(?<![\w.,])(?:1[1-9]|20)\d\d(?![\w]|[.,]\d)"), _year_or_number),
    (re.compile(_NUMBER), lambda found: f" {number(found[0])} "),
)
