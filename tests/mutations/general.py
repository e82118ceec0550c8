"""What holds of every text of a section, whatever it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutations.reading import NUMBER, Reading, Text, unit, value

_NOTHING = (
    (r"\b(?:nan|inf|None(?! of))\b", "not a number"),
    (r"(?<![\w.])-0(?:\.0+)?(?![\d.e])", "minus zero"),
    (r"factor of (?:1|1\.0+|0)(?![\d.e]*\d)", "factor of one"),
    (rf"\[({NUMBER}), \1\]", "interval of one point"),
    (rf"\bbetween ({NUMBER}(?: %)?) and \1(?![\d.e])", "range of one point"),
    (rf"\bfrom ({NUMBER}(?: %)?) to \1(?![\d.e%])(?! %)", "from and to the same"),
    (
        r"\b(?:one|1) (?:seeds|runs|approaches|structures|lines|networks|pairs|shares|planes)\b",
        "1s",
    ),
    (r"(?:higher|lower|ahead|lead|gain) (?:of |by )?-?0\.00 percentage points", "by nothing"),
    (r"(?:ahead|higher|lower|lead|gain|falls|rises) (?:of |by )-", "by less than nothing"),
    (
        r"\b(?:two|three|four|five|six|[2-9]\d*) (?:seed|run|line|structure|network)\b(?!-)",
        "plural",
    ),
    (r"\b[a-z]+ and ?[,.;]|, ?[,.;]|\( ?\)|  | ,", "a gap"),
    (r"(?<![\w’'])–(?!\w)", "a missing value"),
    (r"\d{7,}", "too many digits"),
    (r"\bno of\b", "no of"),
    (r"at least 100(?:\.0+)? %", "at least all"),
)
LISTED = {"a missing value", "too many digits", "from and to the same"}
"""Fine where values are listed, in alternative texts and the Summary."""
_INTERVAL = re.compile(rf"\[({NUMBER}), ({NUMBER})\]")
_SHARE = re.compile(rf"({NUMBER}) %(?! of the loss)")
_SEEDS = re.compile(r"median over (up to )?(\w+) seed")


def general(reading: Reading) -> Iterator[str]:
    """What is wrong with the texts by themselves, or with two of them."""
    for one in reading.texts:
        for fault in (*_form(one), *_possible(one)):
            yield f"{one.kind} {one.name}: {fault}: {one.text}"
    yield from _captions(reading)


def _form(one: Text) -> Iterator[str]:
    for pattern, fault in _NOTHING:
        listed = one.kind != "sentence" and fault in LISTED
        level = "the same throughout" in one.text or "with ups and downs" in one.text
        level = level or one.name in ("rescaling", "relation")
        level = level and fault.startswith("from")
        if re.search(pattern, one.text) and not (listed or level):
            yield fault
    if one.kind == "sentence" and not re.match(r"[A-Z0-9*<@]", one.text):
        yield "does not begin like a sentence"


def _possible(one: Text) -> Iterator[str]:
    """Intervals contain what they are of; shares and correlations are possible."""
    for found in _INTERVAL.finditer(one.text):
        low, high = value(found[1]), value(found[2])
        if low > high:
            yield "interval upside down"
        before = re.findall(rf"(?<![\w.])({NUMBER})(?= |,|$)", one.text[: found.start()])
        sizes = [v for v in before if v not in ("95",)]
        correlation = "correlation" in one.text[: found.start()]
        if correlation and (low < -1 or high > 1):
            yield "interval outside what is possible"
        another = re.search(r"interval of the [a-z ]+$", one.text[: found.start()])
        if not another and sizes:
            slack = 2 * max(unit(found[1]), unit(found[2]), unit(sizes[-1]))
            if not low - slack <= value(sizes[-1]) <= high + slack:
                yield "interval without its value"
    for found in _SHARE.finditer(one.text):
        if not -1e-9 <= value(found[1]) <= 100 and "percentage" not in one.text:
            bound = ("displacement", "error", "of its", "spread", "way", "distance")
            if not any(word in one.text for word in bound):
                yield "share outside what is possible"
    for found in re.finditer(rf"correlation[^.;\[]*?(?:is |trend |gap |\()?({NUMBER})", one.text):
        if abs(value(found[1])) > 1 and "." in found[1]:
            yield "correlation outside what is possible"


def _captions(reading: Reading) -> Iterator[str]:
    """`median over three seeds` where one of them has no result."""
    if reading.task in ("sensitivity", "sharpness"):  # these count the seeds of each approach
        return
    table = "runs" if reading.rows("runs") else "solutions"
    rows = reading.rows(table)
    lost = [row for row in rows if row.get("diverged_at") is not None]
    seeds = {row["seed"] for row in rows}
    for one in reading.texts:
        if one.kind != "caption" or not (found := _SEEDS.search(one.text)):
            continue
        if found[2] == "the":
            continue
        number = value(found[2])
        if lost and not found[1] and number == len(seeds) and "did not diverge" not in one.text:
            yield f"caption {one.name}: counts runs that diverged: {one.text}"
        if number > len(seeds):
            yield f"caption {one.name}: more seeds than there are: {one.text}"
