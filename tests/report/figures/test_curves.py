"""The data in a figure's SVG are what the figure shows: axes, series, and the rows they rest on."""

import json
import re

import pandas as pd
import pytest

from report.book.drawing import as_csv, svg
from report.figures.curves import MESH, POINTS, RUNS, panels
from report.figures.style import Rows, canvas, draw_band
from report.sections.section import Figure
from report.words.markdown import Markdown

X = [1.0, 10.0, 100.0, 1000.0]
LOSSES = [[1.0, 0.1, 0.01, 0.001], [1.0, 0.2, 0.04, float("nan")]]
FRAME = pd.DataFrame({"seed": [0, 3]}, index=[4, 7])


def drawn(draw):
    """The SVG of a figure, and the data in it (None where it has none)."""
    made = []

    def once():
        made.append(draw())
        return made[0]

    text = svg(Figure("one", Markdown("Caption."), "Words.", once))
    found = re.search(r'<metadata id="panels">(.*?)</metadata>\n</svg>', text.decode(), re.DOTALL)
    return made[0], json.loads(found[1]) if found else None, text


def losses(name="deep", runs=LOSSES):
    figure, axes = canvas(2, 2)
    draw_band(axes[0, 0], X, runs, 1, name, rows=Rows.each("runs", FRAME))
    axes[0, 0].set(xscale="log", yscale="log", ylabel="loss")
    draw_band(axes[1, 0], X, runs, 0, "shallow")
    axes[1, 0].set(xlabel="epoch", title="linear")
    axes[1, 0].set_xscale("symlog", linthresh=2)
    axes[0, 1].plot([3, 1, 2], [1, 2, 3], "o", linestyle="None", label="marks")
    axes[1, 1].set_xlabel("share")
    return figure


def test_axes_and_values_of_curve_and_runs():
    figure, (left, marks, below), _ = drawn(losses)
    (deep,) = left["series"]
    assert (deep["label"], deep["color"], deep["x"]) == ("deep", "#d55e00", X)
    assert (deep["dash"], deep["points"]) == ([5, 2], False)
    assert deep["y"] == [1.0, 0.15, 0.025, 0.001]
    assert deep["runs"] == [LOSSES[0], [1.0, 0.2, 0.04, None]]
    assert (deep["table"], deep["rows"]) == ("runs", [[4], [7]])
    assert deep["names"] == ["seed 0", "seed 3"]
    axes = figure.axes[0]
    box = axes.get_position()
    assert left["box"] == pytest.approx([box.x0, 1 - box.y1, box.x1, 1 - box.y0], abs=1e-4)
    assert left["x"]["scale"] == left["y"]["scale"] == "log"
    assert tuple(left["x"]["limits"]) == axes.get_xlim()
    low, high = left["x"]["limits"]
    assert left["x"]["ticks"] and all(low <= tick <= high for tick, _ in left["x"]["ticks"])
    assert (below["x"]["scale"], below["x"]["linear"]) == ("symlog", 2)
    (one,) = marks["series"]
    assert (one["points"], one["x"], one["y"]) == (True, [3, 1, 2], [1, 2, 3])


def test_a_panel_takes_its_words_from_its_own_column_and_row():
    _, (left, marks, below), _ = drawn(losses)
    assert [panel["x"]["label"] for panel in (left, marks, below)] == ["epoch"] * 3
    assert [panel["y"]["label"] for panel in (left, marks)] == ["loss"] * 2
    assert below["title"] == "linear"


def test_a_long_curve_is_thinned_evenly_over_the_width():
    def draw():
        figure, axes = canvas()
        x = [float(step) for step in range(1, 20_001)]
        draw_band(axes[0, 0], x, [x, x], 0, "long")
        axes[0, 0].set_xscale("log")
        return figure

    (panel,) = drawn(draw)[1]
    x = panel["series"][0]["x"]
    assert POINTS / 2 < len(x) <= POINTS
    assert x[:2] == [1.0, 2.0]


def test_what_is_neither_curve_nor_marks_has_no_data():
    def draw():
        figure, axes = canvas()
        axes[0, 0].plot([0, 2, 1, 3], [1, 2, 3, 4], label="goes back")
        axes[0, 0].scatter([0, 1, 2], [1, 2, 3])
        axes[0, 0].axhline(1)
        return figure

    figure, data, text = drawn(draw)
    assert data is None and as_csv(text) is None
    assert panels(figure) == []


def test_a_scatter_of_rows_of_the_record_has_data():
    def draw():
        figure, axes = canvas()
        axes[0, 0].scatter([0, 1], [1, 2]).rows = Rows.each("runs", FRAME)
        return figure

    _, ((series,),), text = drawn(draw)[0], [p["series"] for p in drawn(draw)[1]], drawn(draw)[2]
    assert (series["x"], series["rows"], series["label"]) == ([0, 1], [[4], [7]], "")
    assert as_csv(text).splitlines()[1:] == ["1,,seed 0,,,0.0,1.0", "1,,seed 3,,,1.0,2.0"]


@pytest.mark.parametrize(
    ("colors", "shown"),
    [
        ({"facecolors": "#D55E00"}, "#d55e00"),
        ({"facecolors": "none", "edgecolors": "#009E73"}, "#009e73"),
        ({"c": [1.0, 2.0], "edgecolors": "#000000"}, "#0072b2"),
    ],
)
def test_a_scatter_of_one_color_keeps_it(colors, shown):
    def draw():
        figure, axes = canvas()
        axes[0, 0].scatter([0, 1], [1, 2], **colors).rows = Rows.each("runs", FRAME)
        return figure

    assert drawn(draw)[1][0]["series"][0]["color"] == shown


def test_a_route_is_points_in_their_order_each_in_a_color_of_its_own():
    def draw():
        figure, axes = canvas()
        for seed in (0, 1):
            (way,) = axes[0, 0].plot([1, 2, seed], [0, 1, 2], color="#888888", label=f"seed {seed}")
            way.rows, way.route = Rows("runs", ((seed,),) * 3, ("start", "then", "end")), True
        return figure

    (panel,) = drawn(draw)[1]
    first, second = panel["series"]
    assert (first["x"], first["route"], first["points"]) == ([1, 2, 0], True, True)
    assert (second["label"], second["rows"], second["names"][2]) == ("seed 1", [[1]] * 3, "end")
    assert first["color"] != second["color"]


def test_rows_of_a_seed_and_by_several_columns():
    frame = pd.DataFrame({"seed": [3, 0, 3], "rate": [0.1, 0.01, 1.0]}, index=[2, 5, 9])
    by_seed = Rows.by_seed("runs", frame)
    assert (by_seed.rows, by_seed.names) == (((5,), (2, 9)), ("seed 0", "seed 3"))
    assert Rows.each("runs", frame, ("rate", "seed")).names[1] == "rate 0.01, seed 0"


def test_the_table_of_a_figure_has_a_line_for_each_point_of_each_run():
    lines = as_csv(drawn(losses)[2]).splitlines()
    assert lines[0] == "panel,series,run,x name,y name,x,y"
    assert lines[1] == "1,deep,seed 0,epoch,loss,1.0,1.0"
    assert lines[8] == "1,deep,seed 3,epoch,loss,1000.0,"
    assert lines[9] == "2,marks,,epoch,loss,3.0,1.0"
    assert lines[12] == "linear,shallow,,epoch,loss,1.0,1.0"


def test_many_runs_are_no_choice_and_a_hostile_name_ends_no_script():
    name = "</script><b>&amp;"
    left, *_ = drawn(lambda: losses(name, LOSSES * RUNS))[1]
    assert left["series"][0]["runs"] == []
    assert left["series"][0]["label"] == name
    assert b"</script>" not in drawn(lambda: losses(name))[2]


def test_a_perspective_has_its_mesh_and_the_path_over_it():
    def draw():
        figure, axes = canvas(layout="none", subplot_kw={"projection": "3d"})
        ax = axes[0, 0]
        ax.set(xlim=(0, 10), ylim=(-1, 1), zlim=(0, 4), xlabel="PC 1")
        side = [float(n) for n in range(101)]
        ax.surface = ([n / 10 for n in side], [n / 50 - 1 for n in side], [[4.0] * 101] * 101)
        ax.path = ([0, 5], [0, 1], [float("nan"), 2])
        return figure

    text = drawn(draw)[2].decode()
    (mesh,) = json.loads(re.search(r'<metadata id="surfaces">(.*?)</metadata>', text)[1])
    assert (mesh["x"][0], mesh["x"][-1], len(mesh["x"])) == (-1, 1, MESH + 1)
    assert len(mesh["z"]) == len(mesh["z"][0]) == MESH + 1 and mesh["z"][0][0] == 1
    assert mesh["path"] == [[-1, 0], [0, 1], [None, 0]]
    assert mesh["labels"][0] == "PC 1" and as_csv(text.encode()) is None


def test_contours_keep_the_values_under_them():
    def draw():
        figure, axes = canvas(layout="none")
        ax = axes[0, 0]
        side = [float(n) for n in range(101)]
        ax.contourf(side, side, [[row + 1 for _ in side] for row in side])
        ax.plane = ("training loss", side, side, [[row + 1 for _ in side] for row in side])
        ax.set(xlabel="direction 1", ylabel="direction 2")
        return figure

    text = drawn(draw)[2].decode()
    (plane,) = json.loads(re.search(r'<metadata id="planes">(.*?)</metadata>', text)[1])
    assert (plane["label"], plane["y"]["label"]) == ("training loss", "direction 2")
    assert plane["x"]["limits"] == [0, 100] and len(plane["x"]["values"]) == MESH + 1
    assert [row[0] for row in plane["z"]] == [place + 1 for place in plane["y"]["values"]]
    left, top, right, bottom = plane["box"]
    assert 0 < left < right < 1 and 0 < top < bottom < 1
