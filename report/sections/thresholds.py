"""From what size on a word is used: every threshold that decides a wording, for the appendix.

A threshold is a constant of a module, in capitals, with a string below it that says what it
decides; nothing has to be entered anywhere else.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import NamedTuple

from report.numbers import comparison, scales
from report.numbers.scales import ACCURACY, SCALES, SHARE, Scale
from report.sections import registry
from report.tasks import TASKS, Task
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.traced import traced

EVERYWHERE = Markdown("everywhere")


class Threshold(NamedTuple):
    """A threshold: the section whose sentences it decides, what it is, its value."""

    where: Markdown
    words: Markdown
    value: Markdown


def thresholds(tasks: Sequence[Task] = TASKS) -> tuple[Threshold, ...]:
    """Margins that matter everywhere, then the constants of each task's claims, kinds, pairs."""
    margins = defaultdict[Markdown, list[str]](list)
    for scale in SCALES:
        if (margin := _margin(scale)) is not None:
            margins[margin].append(scale.name)
    general = [
        Threshold(EVERYWHERE, words, value)
        for module in (scales, comparison)
        for words, value in constants(module)
    ]
    by_task = [
        Threshold(Markdown(f"@sec-{task.name}"), words, value)
        for task in tasks
        for name in ("claims", "kinds", "pairs")
        for module in registry.modules(name, [task]).values()
        for words, value in constants(module)
    ]
    return (
        *(
            Threshold(EVERYWHERE, Markdown(f"Smallest difference that matters: {join(of)}."), value)
            for value, of in margins.items()
        ),
        *general,
        *by_task,
    )


def _margin(scale: Scale) -> Markdown | None:
    if scale.margin is None:
        return None
    if scale.logarithmic:
        return Markdown(f"factor {_shown(scale.margin)}")
    return fmt.points(scale.margin) if scale in (ACCURACY, SHARE) else _shown(scale.margin)


def constants(module: ModuleType) -> Iterator[tuple[Markdown, Markdown]]:
    """What a module's numeric constants in capitals decide, and their values.

    A constant may be one number, several of one assignment, or several by name. One without words
    below it decides no wording.
    """
    for node, below in pairwise(_body(module)):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(below, ast.Expr):
            continue
        words = below.value.value if isinstance(below.value, ast.Constant) else None
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        values = [value for name in names for value in _numbers(getattr(module, name, None))]
        if isinstance(words, str) and values and all(name.isupper() for name in names):
            text = traced(" ".join(words.split()))
            yield escape(text), Markdown("; ".join(_shown(value) for value in values))


@cache
def _body(module: ModuleType) -> list[ast.stmt]:
    return ast.parse(inspect.getsource(module)).body


def _numbers(value: object) -> list[float]:
    """The numbers of a constant; none where it is something else."""
    found = list(value.values()) if isinstance(value, dict) else value
    several = found if isinstance(found, list | tuple) else [found]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in several):
        return list(several)
    return []


@fmt.formatter
def _shown(value: float) -> Markdown:
    """A threshold with the digits that it has: 0.95, 1×10⁻⁵."""
    return Markdown(f"{value:g}") if abs(value) >= 1e-4 else fmt.number(value, 1)
