"""TeX for a line of text, where a built-up fraction would push the lines apart."""

import re

_FRACTION = re.compile(r"\\frac\s*\{")
_TALL = re.compile(r"\\(frac|sum|begin)")
_PI_FIRST = re.compile(r"\\pi\\,(\d+(?:\.\d+)?)(?=\\,|\\right|\}|$)")
_PI_TWICE = re.compile(r"\\pi\\,\\pi(?![A-Za-z^])")
_SINGLE = re.compile(r"[A-Za-z]|\d+(\.\d+)?|\\[A-Za-z]+")


def in_line(tex: str) -> str:
    r"""The formula `tex` as a line of text has it.

    Every `\frac{a}{b}` is written as `a/b`, in parentheses where needed. Where nothing tall is
    left, parentheses do not grow and factors stand close, as in a formula written by hand: a
    number before π, and π by π as its square.
    """
    line = _quotients(_PI_TWICE.sub(r"\\pi^{2}", _PI_FIRST.sub(r"\1\,\\pi", tex)))
    if _TALL.search(line):
        return line
    return re.sub(r"(?<!\\)\\,\s*", " ", line.replace(r"\left(", "(").replace(r"\right)", ")"))


def _quotients(tex: str) -> str:
    found = _FRACTION.search(tex)
    if not found:
        return tex
    above, after = _group(tex, found.end())
    opening = after + 1 if tex[after : after + 1] == "{" else None
    if opening is None:
        return tex
    below, end = _group(tex, opening)
    whole = f"{_part(_quotients(above), _SUM)}/{_part(_quotients(below), _PRODUCT)}"
    before, rest = tex[: found.start()], tex[end:]
    if re.match(r"\s*(\^|[A-Za-z\d\\(])", rest) and not rest.lstrip().startswith(
        (r"\right", r"\cdot")
    ):
        whole = f"({whole})"  # a power or a factor behind it is of the whole fraction
    return before + whole + _quotients(rest)


def _group(tex: str, start: int) -> tuple[str, int]:
    """What stands between the brace before `start` and its partner, and where that ends."""
    depth = 1
    for at in range(start, len(tex)):
        depth += (tex[at] == "{") - (tex[at] == "}")
        if depth == 0:
            return tex[start:at], at + 1
    return tex[start:], len(tex)


def _part(tex: str, bare: re.Pattern[str]) -> str:
    return tex if bare.fullmatch(tex) or _SINGLE.fullmatch(tex) else f"({tex})"


_CALL = r"\\?[A-Za-z]+(\{[A-Za-z]+\})?\\?!?(\\left)?\([^()]*\)"
_SUM = re.compile(rf"[^+\-]*|{_CALL}")
_PRODUCT = re.compile(_CALL)
