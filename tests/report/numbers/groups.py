"""Groups of numbers for the tests of comparisons."""

from collections.abc import Iterable

import numpy as np

from report.numbers.samples import Group


def group(label: str, values: Iterable[float | None]) -> Group:
    """One value per repetition 0, 1, …; None where there is none."""
    return Group.of(label, [(i, None if v is None else float(v)) for i, v in enumerate(values)])


def groups(data: np.ndarray) -> list[Group]:
    """One group per row, labeled by its number."""
    return [group(str(number), row) for number, row in enumerate(data)]
