"""Points (x, y) from a CSV file. Imports no torch."""

import math

FEWEST = 10
"""Points of a file."""


def read_points(content: bytes, name: str) -> tuple[tuple[float, float], ...]:
    """Two columns of finite numbers, in the order of x; a first line of words is skipped.

    Columns are separated by commas, semicolons, tabs or spaces. Raises ValueError with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: is not text in UTF-8 ({error.reason})") from error
    points = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.replace(",", " ").replace(";", " ").split()
        if not cells:
            continue
        try:
            x, y = map(float, cells)
        except ValueError:
            if number == 1 and len(cells) == 2:
                continue
            raise ValueError(f"{name}, line {number}: {line[:40]!r} is not two numbers") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"{name}, line {number}: {line[:40]!r} is not finite")
        points.append((x, y))
    if len(points) < FEWEST:
        raise ValueError(f"{name}: {len(points)} points, at least {FEWEST} are needed")
    if len({x for x, _ in points}) < 2:
        raise ValueError(f"{name}: all points have the same x")
    return tuple(sorted(points))
