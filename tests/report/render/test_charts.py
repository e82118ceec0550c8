"""The site in Chromium: figures that answer, sentences that light up runs, phones, one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from report.postrender import protect
from report.render.single import single
from tests.report.render.browser import probe, serving
from tests.report.render.test_same_content import PAGES

pytestmark = pytest.mark.sweep

LARGEST = 1_500_000
"""Bytes of a page with its scripts and styles, without its pictures."""
PANELS = 12
"""Of the figures on interpolation: six pairs of approaches, from two kinds of starts."""
FIGURES = """
const figures = sections.flatMap((section) => section.figures);
const named = (name) => figures.find((figure) => figure.box.dataset.figure.endsWith(`${name}.svg`));
const loss = named("interpolation-loss"), accuracy = named("interpolation-accuracy");
const told = (figure) => figure.charts.map(({ tip }) => tip.hidden ? "" : tip.textContent);
const near = async (figure) => {
  figure.frame.scrollIntoView({ behavior: "instant" });
  await pause(1000);
  figure.approach();
};
await near(accuracy);
await near(loss);
"""
SLIDER = """
loss.slider.value = 100;
loss.slider.dispatchEvent(new Event("input"));
const spoken = loss.slider.getAttribute("aria-valuetext");
return [told(loss), told(accuracy), accuracy.slider.value, spoken];
"""
POINTER = """
const { over } = loss.charts[1].plot, { left, top, width } = over.getBoundingClientRect();
const at = { clientX: left + width / 3, clientY: top + 9, bubbles: true };
over.dispatchEvent(new PointerEvent("pointerenter", at));
over.dispatchEvent(new MouseEvent("mouseenter", at));
over.dispatchEvent(new MouseEvent("mousemove", at));
await pause();
const shown = told(loss);
over.dispatchEvent(new PointerEvent("pointerleave", at));
return [shown, told(loss)];
"""
CHOICE = """
const button = (figure, words) => figure.chips.find(([, name]) => name === words)[0];
const state = () => [loss, accuracy].map((figure) => [
  button(figure, "test").getAttribute("aria-pressed"),
  figure.charts.every(({ holder }) => holder.classList.contains("covering")),
  figure.charts.every(({ lines }) => !lines.some(({ label }) => label === "test")),
]);
const before = state();
button(loss, "test").click();
const after = state();
button(accuracy, "test").click();
return [before, after, state()];
"""
LIGHT = """
const link = document.querySelector("#sec-interpolation ~ .generated a.evidence");
const grounds = document.getElementById(link.hash.replace("#evidence-", "here-"));
const lit = () => loss.charts.some(({ lines }) => lines.some(({ width }) => width === 1.7));
const open = () => grounds.parentElement.open && !grounds.hidden;
const state = () => [link.getAttribute("aria-expanded"), open(), lit()];
const before = state();
link.click();
const after = state();
link.click();
return [before, after, state(), grounds.textContent.includes("interpolation: metrics.lines[")];
"""


@pytest.fixture
def generalization(committed: Path) -> Path:
    return committed / "_site" / "chapters" / "generalization.html"


@pytest.fixture
def served_committed(committed: Path) -> Iterator[str]:
    with serving(committed / "_site") as address:
        yield address


@pytest.mark.parametrize("place", ["folder", "server"])
def test_a_slider_reads_all_figures_along_its_axis(
    generalization, tmp_path, served_committed, place
):
    base = f"{served_committed}/chapters" if place == "server" else ""
    found = probe(generalization, FIGURES + SLIDER, tmp_path, 1366, base)
    loss, accuracy, value, spoken = found
    assert value == "100" and len(loss) == len(accuracy) == PANELS
    assert all(text.startswith("α 0.5training") and "test" in text for text in loss + accuracy)
    assert spoken.startswith(loss[0])


def test_values_stand_under_the_pointer_and_leave_with_it(generalization, tmp_path):
    shown, left = probe(generalization, FIGURES + POINTER, tmp_path, 1366)
    assert [bool(text) for text in shown] == [number == 1 for number in range(PANELS)]
    assert shown[1].startswith("α ") and left == [""] * PANELS


def test_one_choice_holds_in_all_figures_of_a_section(generalization, tmp_path):
    before, off, again = probe(generalization, FIGURES + CHOICE, tmp_path, 1366)
    assert before == again == [["true", False, False]] * 2
    assert off == [["false", True, True]] * 2


def test_contours_and_distances_tell_their_values(committed, tmp_path):
    script = """
    const box = document.querySelector('.curves[data-figure$="error-surface-plane.svg"]');
    const layer = box.previousElementSibling.querySelector(".layer");
    layer.scrollIntoView({ behavior: "instant" });
    await pause(500);
    const tips = [...layer.querySelectorAll(".tip")];
    const told = () => tips.map((tip) => tip.hidden ? "" : tip.textContent);
    const { left, top, width, height } = layer.getBoundingClientRect();
    const [l, t, r, b] = JSON.parse(box.querySelector("script").textContent)[1].box;
    const [x, y] = [left + width * (l + r) / 2, top + height * (t + b) / 2];
    const at = { clientX: x, clientY: y, bubbles: true };
    layer.dispatchEvent(new PointerEvent("pointermove", at));
    const pointed = told();
    layer.dispatchEvent(new PointerEvent("pointerleave", at));
    const after = told(), [slider] = box.querySelectorAll("input");
    slider.dispatchEvent(new Event("input"));
    const figures = sections.flatMap((section) => section.figures);
    const far = figures.find((one) => one.box.dataset.figure.endsWith("-distances.svg"));
    far.approach();
    const panel = far.panels[0].series.map(({ label, names }) => [label, names[0]]);
    return [pointed, after, told().every((words) => words), slider.ariaValueText, panel];
    """
    page = committed / "_site" / "chapters" / "optimization.html"
    pointed, after, every, spoken, panel = probe(page, script, tmp_path, 1366)
    assert [bool(words) for words in pointed] == [False, True, False, False]
    assert pointed[1].startswith("training loss ") and after == [""] * 4
    assert every and spoken.startswith("training loss ")
    assert panel[0] == ["length of the path", "length of the path, seed 0,"]
    assert panel[3] == ["between two ends", "between two ends, seeds 0 and 1,"]


def test_a_trajectory_can_be_switched_off_and_lit(committed, tmp_path):
    script = """
    const figures = sections.flatMap((section) => section.figures);
    const model = figures.find(({ box }) => box.dataset.figure.endsWith("trajectories-model.svg"));
    model.frame.scrollIntoView({ behavior: "instant" });
    await pause(1000);
    model.approach();
    const [chart] = model.charts;
    const lines = () => chart.lines.map(({ label, route }) => [label, !!route]);
    const before = lines();
    model.chips.find(([, name]) => name === "seed 3")[0].click();
    const after = lines();
    model.section.lit = new Set(["runs:2"]);
    refresh(model.section);
    return [before, after, chart.lines.filter(({ size, x }) => size === 10 && x.length).length];
    """
    page = committed / "_site" / "chapters" / "optimization.html"
    before, after, lit = probe(page, script, tmp_path, 1366)
    assert before == [[f"seed {seed}", False] for seed in range(8)]
    assert after == [[f"seed {seed}", True] for seed in range(8) if seed != 3]
    assert lit == 1


def test_a_sentence_opens_its_evidence_and_lights_up_its_runs(generalization, tmp_path):
    before, opened, closed, names = probe(generalization, FIGURES + LIGHT, tmp_path, 1366)
    assert before == ["false", False, False] == closed
    assert opened == ["true", True, True]
    assert names


def test_a_phone_shows_panels_below_each_other_and_nothing_moves(generalization, tmp_path):
    script = """
    const moved = await new Promise((go) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => go(sum), 600);
    });
    """
    places = """
    const boxes = loss.charts.map(({ holder }) => holder.getBoundingClientRect());
    return [moved, boxes.every((b, i) => !i || b.top >= boxes[i - 1].bottom), boxes[0].width,
      document.documentElement.scrollWidth <= innerWidth, getComputedStyle(loss.image).display];
    """
    found = probe(generalization, script + FIGURES + places, tmp_path, 500)
    moved, below, width, fits, image = found
    assert moved == 0 and below and fits and image == "none"
    assert 400 < width <= 500


def test_every_page_is_light_without_its_pictures_and_its_pictures_have_a_size(committed):
    site = committed / "_site"
    beside = sum(path.stat().st_size for path in (site / "assets").iterdir())
    for page in PAGES:
        text = (site / page).read_text(encoding="utf-8")
        assert len(text.encode()) + beside < LARGEST, page
        images = [part.partition(">")[0] for part in text.split("<img src=")[1:]]
        assert all('width="' in i and 'height="' in i and 'loading="lazy"' in i for i in images)


def test_one_file_holds_everything_and_answers(committed, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(protect(single(committed / "_site", PAGES), quarto=False), encoding="utf-8")
    script = """
    const pictures = [...document.images].filter((image) => image.src);
    for (const image of pictures) image.loading = "eager";
    await pause(2000);
    const query = document.querySelector("#query");
    query.focus();
    query.value = "barrier";
    query.dispatchEvent(new Event("input"));
    await pause();
    const links = [...document.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    const names = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return [
      pictures.length, pictures.filter((image) => !image.naturalWidth).length,
      links.filter((href) => !/^(#|https?:|mailto:|data:text.csv)/.test(href)),
      links.filter((href) => href[0] === "#" && !names.includes(decodeURIComponent(href.slice(1)))),
      document.querySelectorAll("#results a").length, names.length - new Set(names).size,
    ];
    """
    pictures, broken, outside, dead, hits, twice = probe(page, script, tmp_path / "p", 1366)
    assert pictures > 30 and hits > 0
    assert (broken, outside, dead, twice) == (0, [], [], 0)
    told = probe(page, FIGURES + SLIDER, tmp_path / "p", 1366)
    assert all(text.startswith("α 0.5") for text in told[0])
