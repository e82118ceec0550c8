"""``shapes``: ten geometric figures that the program draws itself. A synthetic data set.

32×32 RGB. Color, position, size and rotation (up to 45° either way) are random, over a color
gradient with clutter, under noise. Everything is integer arithmetic on the raw output of PCG64,
which NumPy keeps stable: a seed gives the same bytes on every machine and with every release.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.data.arrays import Arrays, Bytes, arrange, verify
from experiments.data.catalog import DATASETS, DatasetFacts

Integers = NDArray[np.int32]
Mask = NDArray[np.bool_]

PIXEL = 64
"""Positions are counted in 1/64 pixel."""
ONE = 1024
"""Cosines, and distances relative to a figure's radius, are counted in 1/1024."""
TURN = 256
"""Angles are counted in 1/256 turn."""
CHUNK = 500
"""Images drawn at once, which bounds the memory."""

_COSINE = np.rint(ONE * np.cos(2 * np.pi * np.arange(TURN) / TURN)).astype(np.int32)


PINNED_SEED = 0


def load(seed: int, facts: DatasetFacts = DATASETS["shapes"]) -> Arrays:
    """Draw both splits, in canonical order, classes as even as can be.

    Raises UserError when the seed that is pinned gives other images than it should.
    """
    train, test = (
        _draw_split(np.random.PCG64((seed, split)), size, len(facts.classes))
        for split, size in enumerate((facts.train_size, facts.test_size))
    )
    arrays = arrange(train, test)
    if seed == PINNED_SEED:
        verify(arrays, facts, "shapes as drawn here", "install another release of NumPy")
    return arrays


def _draw_split(source: np.random.PCG64, size: int, classes: int) -> tuple[Bytes, Bytes]:
    labels = np.arange(size) % classes
    images = [_draw_images(source, labels[i : i + CHUNK]) for i in range(0, size, CHUNK)]
    return np.concatenate(images), labels.astype(np.uint8)


def _draw_images(source: np.random.PCG64, labels: NDArray[np.int64]) -> Bytes:
    """Images (n, 3, 32, 32) with one figure each."""
    n, side = len(labels), 32

    def integers(low: int, high: int, *shape: int) -> Integers:
        """Uniform on low … high − 1, of shape (n, *shape)."""
        raw = source.random_raw(n * int(np.prod(shape))).reshape(n, *shape)
        return ((raw >> np.uint64(32)) * np.uint64(high - low) >> np.uint64(32)).astype(
            np.int32
        ) + low

    def place(low: int, high: int, margin: int, turn: int = TURN) -> tuple[Integers, ...]:
        """Center x and y, angle and radius: where a figure is put."""
        x, y = integers(margin, side * PIXEL - margin, 2).T
        return x, y, integers(-turn // 2, turn // 2), integers(low, high)

    # Background: from one dark color to another, in a random direction.
    first, second = integers(0, 128, 3), integers(0, 128, 3)
    slope, _ = _local(_centers(side, 1), *place(20 * PIXEL, 24 * PIXEL, 12 * PIXEL))
    weight = np.clip(slope + ONE, 0, 2 * ONE)[:, None]
    image = first[..., None, None] + ((second - first)[..., None, None] * weight // (2 * ONE))

    # Clutter: spots and sticks behind the figure, one stick before it.
    def clutter(inside: Callable[[Integers, Integers], Mask], low: int, high: int) -> None:
        mask = inside(*_local(_centers(side, 1), *place(low, high, 0)))[:, None]
        np.copyto(image, integers(0, 192, 3)[..., None, None], where=mask)

    for _ in range(2):
        clutter(_circle, 3 * PIXEL // 2, 3 * PIXEL)
        clutter(_stick, 3 * PIXEL, 8 * PIXEL)

    # The figure, in a light color, at two samples per pixel and axis.
    turn = TURN // 4
    u, v = _local(_centers(side, 2), *place(7 * PIXEL, 12 * PIXEL, 12 * PIXEL, turn))
    mask = np.empty(u.shape, dtype=bool)
    for label, inside in enumerate(FIGURES):
        chosen = labels == label
        mask[chosen] = inside(u[chosen], v[chosen])
    covered = mask.reshape(n, 1, side, 2, side, 2).sum(axis=(3, 5), dtype=np.int32)
    image += (integers(112, 256, 3)[..., None, None] - image) * covered // 4
    clutter(_stick, 3 * PIXEL, 8 * PIXEL)

    # Noise: the difference of two random bytes, of a strength that varies from image to image.
    count = n * 3 * side * side
    noise = source.random_raw(count // 4).astype("<u8").view(np.uint8).astype(np.int32)
    noise = (noise[:count] - noise[count:]).reshape(image.shape)
    image += noise * integers(16, 48)[:, None, None, None] // 256
    return np.clip(image, 0, 255).astype(np.uint8)


def _centers(side: int, samples: int) -> tuple[Integers, Integers]:
    """Coordinates x (1, side·samples) and y (side·samples, 1) of the sample centers."""
    step = PIXEL // samples
    line = np.arange(step // 2, side * PIXEL, step, dtype=np.int32)
    return line[None, :], line[:, None]


def _local(
    grid: tuple[Integers, Integers], x: Integers, y: Integers, angle: Integers, radius: Integers
) -> tuple[Integers, Integers]:
    """The grid as each figure sees it: centered, turned, relative to its radius."""
    x, y, radius = (value[:, None, None] for value in (x, y, radius))
    cosine = _COSINE[angle % TURN][:, None, None]
    sine = _COSINE[(angle - TURN // 4) % TURN][:, None, None]
    dx, dy = grid[0] - x, grid[1] - y
    return (cosine * dx + sine * dy) // radius, (cosine * dy - sine * dx) // radius


def _circle(u: Integers, v: Integers) -> Mask:
    return u * u + v * v <= ONE * ONE


def _ring(u: Integers, v: Integers) -> Mask:
    return _circle(u, v) & (u * u + v * v >= 600 * 600)


def _half_circle(u: Integers, v: Integers) -> Mask:
    return _circle(u, v - 400) & (v >= 400)


def _crescent(u: Integers, v: Integers) -> Mask:
    return _circle(u, v) & ((u - 480) ** 2 + v * v >= 820 * 820)


def _polygon(sides: int, distance: int) -> list[tuple[int, int, int]]:
    """Lines at the distance from the center, one per side: normal vector and offset."""
    angles = 2 * np.pi * np.arange(sides) / sides
    return [
        (round(ONE * np.cos(angle)), round(ONE * np.sin(angle)), distance * ONE)
        for angle in angles.tolist()
    ]


def _sides(u: Integers, v: Integers, lines: list[tuple[int, int, int]]) -> Integers:
    """How many of the lines have the point on their inner side."""
    inner: Integers = np.sum([a * u + b * v <= c for a, b, c in lines], axis=0, dtype=np.int32)
    return inner


def _triangle(u: Integers, v: Integers) -> Mask:
    return np.equal(_sides(u, v, _polygon(3, ONE // 2)), 3)


def _square(u: Integers, v: Integers) -> Mask:
    return (abs(u) <= 724) & (abs(v) <= 724)


def _rectangle(u: Integers, v: Integers) -> Mask:
    return (abs(u) <= 980) & (abs(v) <= 400)


def _cross(u: Integers, v: Integers) -> Mask:
    u, v = abs(u), abs(v)
    return (np.maximum(u, v) <= ONE) & (np.minimum(u, v) <= 300)


def _star(u: Integers, v: Integers) -> Mask:
    """Five points: the pentagon in the middle, and the tips beyond one of its sides."""
    return np.greater_equal(_sides(u, v, _polygon(5, 360)), 4)


def _corner(u: Integers, v: Integers) -> Mask:
    return _square(u, v) & ((u <= -150) | (v <= -150))


def _stick(u: Integers, v: Integers) -> Mask:
    return (abs(u) <= ONE) & (abs(v) <= 128)


FIGURES = (
    _circle,
    _ring,
    _half_circle,
    _crescent,
    _triangle,
    _square,
    _rectangle,
    _cross,
    _star,
    _corner,
)
"""In the order of the classes in the catalog."""
