"""A section as its reader has it: sentences, Summary lines, captions, alternative texts; and rows.

Nothing here comes from the claims: texts are read as they are rendered, and numbers are worked out
from the raw rows with numpy and scipy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from report.records import Record
from report.sections.section import Section
from report.words import format as fmt

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
LOG_MARGIN = math.log10(1.25)
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SMALL = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """A text of the section: `kind` is sentence, line, caption or alt; `name` what it belongs to."""

    kind: str
    name: str
    text: str


class Reading:
    """A record and what its section says of it."""

    def __init__(self, record: Record, section: Section) -> None:
        self.record = record
        self.task = record.task
        self.texts: list[Text] = []
        self.read: set[Text] = set()
        self.sought: dict[tuple[str, str], bool] = {}  # what rules look for, and whether it is said
        claims = [claim for paragraph in section.commentary for claim in paragraph]
        for claim in claims:
            name = claim.id.partition(".")[2]
            self.texts.append(Text("sentence", name, self.plain(claim.text)))
            if claim.short is not None:
                line = f"{claim.short.answer} | {claim.short.number}"
                self.texts.append(Text("line", name, self.plain(line)))
        for figure in section.figures:
            self.texts.append(Text("caption", figure.name, self.plain(figure.caption)))
            self.texts.append(Text("alt", figure.name, self.plain(figure.alt)))

    def rows(self, table: str = "runs") -> Rows:
        """The raw rows."""
        found: Any = self.record.metrics.get(table, [])
        return list(found)

    def find(self, name: str, pattern: str) -> Iterator[re.Match[str]]:
        """Where the sentences of a statement say it; `N` stands for a number."""
        self.sought.setdefault((name, pattern), False)
        known = re.compile(pattern.replace("(N)", f"({NUMBER}(?: %| percentage points)?)"))
        for text in [t for t in self.texts if t.kind == "sentence" and t.name == name]:
            if found := known.search(text.text):
                self.read.add(text)
                self.sought[name, pattern] = True
                yield found

    def said(self, name: str) -> str:
        """All sentences of a statement."""
        return " ".join(t.text for t in self.texts if (t.kind, t.name) == ("sentence", name))

    def alt(self, name: str) -> str:
        """The alternative text of a figure."""
        return " ".join(t.text for t in self.texts if (t.kind, t.name) == ("alt", name))

    def plain(self, text: str) -> str:
        """Numbers as Python reads them, formulas as `<name>` of what they are the formula of."""
        for row in (*self.rows("functions"), *self.rows("cases")):
            name = row.get("function") or row["case"]
            for formula in {row.get("formula"), row.get("title")} - {None}:
                text = text.replace(fmt.formula(formula), f"<{name}>")
        text = re.sub(r"(?<!\\)\$[^$]*\$", "<formula>", text)
        text = re.sub(r"\\(\W)", r"\1", text).replace("\u00a0", " ").replace("−", "-")
        text = re.sub(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "e" + m[1].translate(_SMALL), text)
        return re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)


def value(text: str) -> float:
    """A number as the text has it: 97.3 %, 0.5, three."""
    text = text.strip().removesuffix("percentage points").strip()
    if text in WORDS or text == "none":
        return float(WORDS.index(text)) if text != "none" else 0.0
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return float(text)


def unit(text: str) -> float:
    """One in the last digit that the text shows."""
    text = text.strip().removesuffix("percentage points").strip()
    if text in WORDS:
        return 0.0
    scale = 0.01 if text.endswith("%") else 1.0
    mantissa, _, power = text.removesuffix("%").strip().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if "." not in mantissa:  # 220: two digits, or three
        decimals = -(len(mantissa) - len(mantissa.rstrip("0")))
    return float(scale * 10.0 ** (int(power or 0) - decimals))


def finite(values: Iterable[Any]) -> list[float]:
    """Those that are numbers."""
    return [float(v) for v in values if v is not None and math.isfinite(v)]


def near(text: str, truth: float) -> bool:
    """Whether the text is the number, rounded."""
    if not math.isfinite(truth):
        return False
    return abs(value(text) - truth) <= 0.51 * unit(text) + 1e-9 * abs(truth)


def among(text: str, values: Sequence[float]) -> bool:
    """Whether the text lies between the smallest and the largest of the values, rounded."""
    slack = 0.51 * unit(text) + 1e-9 * max(map(abs, values), default=0)
    return bool(values) and min(values) - slack <= value(text) <= max(values) + slack


def at_least(text: str, values: Sequence[float]) -> bool:
    """Whether all values are so large, and one of them not much larger."""
    slack = 1e-9 * max(1.0, abs(min(values)))
    return value(text) <= min(values) + slack and min(values) - value(text) <= 1.01 * unit(text)


def at_most(text: str, values: Sequence[float]) -> bool:
    """Whether no value is larger, and one of them not much smaller."""
    slack = 1e-9 * max(1.0, abs(max(values)))
    return value(text) >= max(values) - slack and value(text) - max(values) <= 1.01 * unit(text)


def by_seed(rows: Rows, column: str | Callable[[dict[str, Any]], Any]) -> dict[int, float]:
    """The finite values by seed."""
    read = column if callable(column) else (lambda row: row.get(column))
    found = {row.get("seed", row.get("first_seed")): read(row) for row in rows}
    return {s: float(v) for s, v in found.items() if v is not None and math.isfinite(v)}


def differences(first: dict[int, float], second: dict[int, float], *, log: bool) -> Any:
    """First − second of the seeds that both have; in decades where `log`."""
    tiny = np.finfo(float).tiny
    x, y = (np.array([side[s] for s in first if s in second]) for side in (first, second))
    if log:
        x, y = (np.log10(np.maximum(side, tiny)) for side in (x, y))
    return x - y


def wrong(said: int, found: Any) -> bool:
    """Whether neither the mean nor the median has the sign that is said."""
    return not len(found) or (said * np.mean(found) <= 0 and said * np.median(found) <= 0)


def apart(found: Any, margin: float) -> bool:
    """Whether mean and median both lie beyond the margin: they are not alike."""
    middle = min(abs(np.mean(found)), abs(np.median(found))) if len(found) else 0.0
    return bool(middle > margin * (1 + 1e-9))


def agree(found: Any) -> bool:
    """Whether several repetitions all have one sign."""
    return len(found) > 1 and (bool((found > 0).all()) or bool((found < 0).all()))


def ordered(found: Any) -> bool:
    """Whether several repetitions all have one sign, and their mean, in decades, matters."""
    return agree(found) and abs(np.mean(found)) > LOG_MARGIN


def order(
    name: str,
    text: str,
    found: Any,
    margin: float,
    *,
    more: str = "(?!)",
    less: str = "(?!)",
    alike: str = "(?!)",
) -> Iterator[str]:
    """What is false of a sentence whose words (patterns) say that `found` is above, below or 0."""
    if (re.search(more, text) and wrong(1, found)) or (re.search(less, text) and wrong(-1, found)):
        yield f"{name}: direction: {text}"
    if re.search(r"in (?:both|all) ", text) and not agree(found):
        yield f"{name}: not in all: {text}"
    if re.search(alike, text) and (not len(found) or apart(found, margin)):
        yield f"{name}: not alike: {text}"


def rank(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's correlation over the points, equal points once; NaN where one is constant."""
    from scipy.stats import spearmanr

    pairs = {(float(a), float(b)) for a, b in zip(x, y, strict=True)}
    points = np.array(sorted(p for p in pairs if np.isfinite(p).all()))
    if len(points) < 3 or not (np.ptp(points, axis=0) > 0).all():
        return math.nan
    return float(spearmanr(points[:, 0], points[:, 1]).statistic)
