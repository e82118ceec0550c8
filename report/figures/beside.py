"""Words beside the points of a figure, where there is room: they cover nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from report.figures.style import Axes

CLEAR = 7
"""Points between the label of a path and the nearest mark."""
Value = tuple[float, float, str]
"""What is written at a marked point, with the place of that."""


def write_beside(ax: Axes, runs: list[list[Value]]) -> None:
    """Values beside the marked points of each run, the ends first, as far as there is room.

    None covers a point, another text or an axis. To be called when the axes have their
    place.
    """
    from matplotlib.transforms import Bbox

    values = [value for turn in zip(*runs, strict=True) for value in turn][::-1]
    half = 3 * ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]  # of a mark, in pixels
    frame = ax.get_window_extent().padded(-half)
    taken = [text.get_window_extent() for text in ax.texts]
    for way in ax.lines:
        for place in ax.transData.transform(way.get_xydata()):
            taken.append(Bbox([place - half, place + half]))
    look: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7, "zorder": 4}
    for x, y, words in values:
        for right, up in ((1, -1), (1, 1), (-1, -1), (-1, 1)):
            side: dict[str, Any] = {
                "ha": "left" if right > 0 else "right",
                "va": "bottom" if up > 0 else "top",
            }
            label = ax.annotate(words, (x, y), (5 * right, 5 * up), **look, **side)
            box = label.get_window_extent()
            inside = frame.contains(*box.min) and frame.contains(*box.max)
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            label.remove()


def number_ends(ax: Axes, paths: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """The names of paths (S, 2) beyond their ends; those that end at one point share a label.

    A label stands in the direction of its path, or the nearest to it in which it covers no point
    and no axis. To be called when the axes have their place.
    """
    names, ways = [*paths], [ax.transData.transform(path) for path in paths.values()]
    taken = list(np.concatenate(ways))
    frame = ax.get_window_extent()
    unit = 72 / ax.get_figure(root=True).dpi  # type: ignore[union-attr]  # points in a pixel
    ends = np.asarray([way[-1] for way in ways])
    near = 0.04 * float(np.ptp(ends, axis=0).max())
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8, "fontweight": "bold"}
    left = list(range(len(names)))
    while left:
        same = [i for i in left if np.linalg.norm(ends[i] - ends[left[0]]) <= near]
        way = complex(*(ends[same[0]] - ways[same[0]][0])) or 1
        length, found = (8 + 3 * len(same)) / unit, []
        for turn in sorted(np.linspace(-np.pi, np.pi, 13), key=abs):
            step = length * way / abs(way) * np.exp(1j * turn)
            place = ends[same[0]] + (step.real, step.imag)
            inside = [*(place - frame.min), *(frame.max - place)]
            found.append((min(*inside, *(np.linalg.norm(place - o) for o in taken)), place))
        free = [place for room, place in found if room * unit > CLEAR]
        place = free[0] if free else max(found, key=lambda one: one[0])[1]
        taken.append(place)
        words = ", ".join(names[i] for i in same)
        x, y = ax.transData.inverted().transform(place)
        ax.text(x, y, words, **look)
        left = [i for i in left if i not in same]
