"""The data in a figure's SVG stand where the figure shows them."""

import json
import re

import numpy as np
import pytest

from report.book.drawing import svg
from report.figures.curves import POINTS, RUNS, UNIT, curves
from report.figures.style import canvas, draw_band
from report.sections.section import Figure
from report.words.markdown import Markdown

X = [1.0, 10.0, 100.0, 1000.0]
LOSSES = [[1.0, 0.1, 0.01, 0.001], [1.0, 0.2, 0.04, float("nan")]]


def drawn(draw):
    """The SVG of a figure, and the data in it (None where it has none)."""
    made = []

    def once():
        made.append(draw())
        return made[0]

    text = svg(Figure("one", Markdown("Caption."), "Words.", once)).decode()
    found = re.search(r'<metadata id="curves">(.*?)</metadata>\n</svg>', text, re.DOTALL)
    return made[0], json.loads(found[1]) if found else None


def losses(name="deep", runs=LOSSES):
    figure, axes = canvas(1, 2)
    draw_band(axes[0, 0], X, runs, 0, name)
    axes[0, 0].set(xscale="log", yscale="log", ylabel="loss")
    draw_band(axes[0, 1], X, runs, 1, "shallow")
    axes[0, 1].set(xlabel="epoch", title="linear")
    return figure


def test_values_and_places_of_curve_and_runs():
    figure, (left, right) = drawn(losses)
    (deep,) = left["curves"]
    assert (deep["label"], deep["color"], deep["x"]) == ("deep", "#0072B2", X)
    assert deep["shown"]["y"] == [1.0, 0.15, 0.025, 0.001]
    assert [run["y"] for run in deep["runs"]] == [LOSSES[0], [1.0, 0.2, 0.04, None]]
    assert deep["runs"][1]["at"][3] is None
    axes = figure.axes[0]
    box = axes.get_position()
    assert left["box"] == [round(UNIT * v) for v in (box.x0, 1 - box.y1, box.x1, 1 - box.y0)]
    low, high = np.log10(axes.get_xlim())
    across = [box.x0 + (np.log10(x) - low) / (high - low) * (box.x1 - box.x0) for x in X]
    assert deep["at"] == pytest.approx([UNIT * v for v in across], abs=1)
    low, high = np.log10(axes.get_ylim())
    up = [box.y0 + (np.log10(y) - low) / (high - low) * (box.y1 - box.y0) for y in LOSSES[0]]
    assert deep["runs"][0]["at"] == pytest.approx([UNIT * (1 - v) for v in up], abs=1)
    assert (right["title"], right["x"], left["x"]) == ("linear", "epoch", "epoch")


def test_a_long_curve_is_thinned_evenly_over_the_width():
    def draw():
        figure, axes = canvas()
        x = [float(step) for step in range(1, 20_001)]
        draw_band(axes[0, 0], x, [x, x], 0, "long")
        axes[0, 0].set_xscale("log")
        return figure

    (panel,) = drawn(draw)[1]
    at = panel["curves"][0]["at"]
    assert POINTS / 2 < len(at) <= POINTS
    assert panel["curves"][0]["x"][:2] == [1.0, 2.0]


def test_what_is_no_curve_has_no_data():
    def scatter():
        figure, axes = canvas()
        axes[0, 0].plot([0, 2, 1, 3], [1, 2, 3, 4], label="goes back")
        axes[0, 0].plot([0, 1, 2], [1, 2, 3], "o", linestyle="None", label="marks")
        axes[0, 0].axhline(1)
        return figure

    figure, data = drawn(scatter)
    assert data is None
    assert curves(figure) == []


def test_many_runs_are_no_choice_and_a_hostile_name_ends_no_script():
    name = "</script><b>&amp;"
    (left, _) = drawn(lambda: losses(name, LOSSES * RUNS))[1]
    assert left["curves"][0]["runs"] == []
    assert left["curves"][0]["label"] == name
    text = svg(Figure("one", Markdown("C."), "W.", lambda: losses(name))).decode()
    assert "</script>" not in text
