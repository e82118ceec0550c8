"""Hostile text in every field: it appears literally in HTML and PDF, and nothing takes effect."""

import html
import re
import shutil
import string
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pymupdf
import pytest

from experiments.suite import load_suite
from report.book import generate, sources
from report.drawing import ensure_drawn
from report.gather import section_of
from report.markdown import plain
from report.records import Provenance, Results, write_record
from report.render import render
from tests.hostile import CANARY, CONTROL, HOSTILE, LONG
from tests.project import make_project
from tests.report.claims.test_simulate_function import made
from tests.report.records.build import PROVENANCE, model

FIELDS = ("author.name", "author.student_id", "author.email", "course.name", "course.homework",
          "course.instructor", "report.date", "report.repository")  # fmt: skip
NAMES = ("model", "other model", "architecture", "setting", "note", "device", "reason", "command")
PLACES = FIELDS + NAMES
MARGIN = 70
"""Points above and below the text of a page: book() in typst-template.typ."""


def project_with(folder: Path, texts: dict[str, str]) -> Path:
    """A project whose cover and records hold the texts, by place."""
    make_project(folder)
    cover: dict[str, dict[str, str]] = {}
    for field in FIELDS:
        table, _, key = field.partition(".")
        cover.setdefault(table, {})[key] = texts[field]
    lines = [f"[{table}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items())
             for table, keys in cover.items()]  # fmt: skip
    (folder / "homework.toml").write_text("\n".join(lines), encoding="utf-8")
    first, second = texts["model"], texts["other model"]
    models = (
        model(first, 7, 571).model_copy(update={"architecture": texts["architecture"]}),
        model(second, 1, 571),
    )
    settings = load_suite(str(folder / "tiny.toml")).tasks["simulate-function"]
    written = made({first: 0.001, second: 0.1}, models=models)
    provenance = Provenance(
        **{**PROVENANCE, "device": texts["device"], "command": texts["command"]}
    )
    record = written.model_copy(
        update={
            "suite": "full",
            "settings": settings.model_dump(mode="json") | {"word": texts["setting"]},
            "notes": (texts["note"],),
            "provenance": provenance,
        }
    )
    results = Results(folder / "results", "full")
    write_record(results.record("simulate-function"), record)
    lost = {"task": "train-on-task", "status": "failed", "reason": texts["reason"], "metrics": {}}
    write_record(results.record("train-on-task"), record.model_copy(update=lost))
    return folder


def toml(text: str) -> str:
    """A TOML string."""
    signs = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(
        signs.get(c) or (c if c.isprintable() else f"\\U{ord(c):08X}") for c in text
    ) + '"'  # fmt: skip


def rotated(shift: int, corpus: tuple[str, ...]) -> dict[str, str]:
    """Another string of the corpus for every place; names of models must differ."""
    texts = {place: corpus[(i + shift) % len(corpus)] for i, place in enumerate(PLACES)}
    texts["other model"] = f"other {texts['other model']}"
    return texts


def visible(page: str) -> str:
    """What is seen of an HTML page, spaces as one."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"(?s)<!--.*?-->|<[^<>]*>", "", body)).split())


class Effects(HTMLParser):
    """What of the corpus a browser would act on: elements and comments, not the text of others."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        self.found += [f"{tag} {name}" for name, _ in attrs if name == "onerror"]

    def handle_data(self, data: str) -> None:
        if self._script and data.lstrip().startswith("alert"):
            self.found.append("script")
        self._script = False

    def handle_comment(self, data: str) -> None:
        if data.lstrip().startswith("x"):
            self.found.append("comment")


def effects(page: str) -> list[str]:
    parser = Effects()
    parser.feed(page)
    return parser.found


def squeezed(text: str) -> str:
    """Letters, digits and ASCII signs alone: a PDF breaks lines and joins letters."""
    kept = set(string.ascii_letters + string.digits + string.punctuation)
    for joined, apart in (("ﬁ", "fi"), ("ﬂ", "fl"), ("…", "...")):  # Typst sets three dots as one
        text = text.replace(joined, apart)
    return "".join(c for c in text if c in kept)


def body(page: pymupdf.Page) -> str:
    """The text of a page between its header and its number, which interrupt what fills pages."""
    found: str = page.get_text(clip=page.rect + pymupdf.Rect(0, MARGIN, 0, -MARGIN))
    return found


def check(folder: Path, texts: dict[str, str]) -> None:
    """Both formats show every text literally, and nothing has been done."""
    render(folder, "builtin", {"HOMEWORK_SUITE": "full"})
    site = folder / "_site"
    pages = {p.name: p.read_text(encoding="utf-8") for p in site.rglob("*.html")}
    seen = " ".join(visible(page) for page in pages.values())
    with pymupdf.open(site / "report.pdf") as document:
        printed = squeezed("".join(body(page) for page in document))
    for place, text in texts.items():
        shown = plain(text)
        if place == "command":
            shown = shown.replace("`", "") if "{{" not in shown else shown
        assert " ".join(shown.split()) in seen, place
        assert squeezed(shown) in printed, place
    for page in pages.values():
        assert not effects(page)
        assert "root:x:0" not in page
    assert "root:x:0" not in printed
    assert not Path(CANARY).exists()


def test_effects_are_found_where_there_are_some() -> None:
    assert effects(HOSTILE[2]) == ["script", "img onerror", "comment"]
    assert not effects(f'<img src="x.svg" alt="{html.escape(HOSTILE[2])}">')


def test_every_string_once(tmp_path: Path) -> None:
    texts = rotated(0, HOSTILE)
    check(project_with(tmp_path / "project", texts), texts)


@pytest.mark.long
@pytest.mark.parametrize("shift", range(1, len(HOSTILE)))
def test_every_string_in_every_place(tmp_path: Path, shift: int) -> None:
    texts = rotated(shift, HOSTILE)
    check(project_with(tmp_path / "project", texts), texts)


@pytest.mark.long
@pytest.mark.parametrize("shift", range(len(CONTROL) + 1))
def test_control_characters_and_length_in_every_place(tmp_path: Path, shift: int) -> None:
    texts = rotated(shift, (*CONTROL, LONG))
    check(project_with(tmp_path / "project", texts), texts)


def test_figures_show_names_as_they_are(tmp_path: Path) -> None:
    for text in (
        CONTROL[0],
        CONTROL[-1],
        "$x$",
        r"$\undefined{$",
        r"\$",
        "_hidden",
        "a $ b $ c",
        HOSTILE[-1],
    ):
        record = made({text: 0.001, "other": 0.1}, models=(model(text, 7, 571), model("other")))
        drawn = ensure_drawn(record, section_of(record).figures, Results(tmp_path, "full"))
        assert drawn == ("loss", "prediction")
        for path in tmp_path.rglob("*.svg"):
            ElementTree.parse(path)


def test_control_characters_leave_one_line(tmp_path: Path) -> None:
    texts: dict[str, Any] = rotated(0, (*CONTROL, LONG))
    folder = project_with(tmp_path / "project", texts)
    generate(sources(folder, {"HOMEWORK_SUITE": "full"}))
    for page in (folder / "chapters" / "_generated").glob("*.qmd"):
        content = page.read_text(encoding="utf-8")
        assert all(c.isprintable() or c in "\n\u00a0" for c in content), page.name
    shutil.rmtree(folder)
