"""A project full of texts, and whether its report shows them as they are and does nothing."""

import html
import re
import socket
import string
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path

import pymupdf
import pytest

from experiments.suite import load_suite
from report.records import Provenance, Results, write_record
from report.render import Renderer, render
from report.words.markdown import plain
from tests.hostile import CANARY, LONG
from tests.project import make_project
from tests.report.records.build import PROVENANCE, model
from tests.report.sections.simulate_function.test_claims import made

FIELDS = ("author.name", "author.student_id", "author.email", "course.name", "course.homework",
          "course.instructor", "report.date", "report.repository")  # fmt: skip
NAMES = ("model", "other model", "architecture", "setting", "note", "device", "reason", "command",
         "comment")  # fmt: skip
PLACES = FIELDS + NAMES
PARAGRAPHS = ("note", "reason", "comment")


def project_with(folder: Path, texts: Mapping[str, str]) -> Path:
    """A project whose cover, records and comment hold the texts, by place."""
    make_project(folder)
    cover: dict[str, dict[str, str]] = {}
    for field in FIELDS:
        table, _, key = field.partition(".")
        cover.setdefault(table, {})[key] = texts[field]
    lines = [f"[{table}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items())
             for table, keys in cover.items()]  # fmt: skip
    (folder / "homework.toml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "comments").mkdir()
    comment = folder / "comments" / "simulate-function.md"
    comment.write_text(texts["comment"], encoding="utf-8")
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
    """Another string of the corpus for every place, which it names, so that none is missed.

    In a comment, names in braces cite numbers, and an unknown one is an error: test_author.py.
    """
    texts = {}
    for i, place in enumerate(PLACES):
        text = corpus[(i + shift) % len(corpus)]
        texts[place] = f"{place} {text}"[: len(LONG)] if text == LONG else f"{text} {place}"
    texts["comment"] = re.sub(r"\{[a-z.-]+\}", "{}", texts["comment"])
    return texts


def visible(page: str) -> str:
    """What is seen of an HTML page, spaces as one; of mathematics, not the source beside it."""
    body = re.sub(r"(?s)<(script|style|head|annotation)\b.*?</\1>", " ", page)
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
        fetched = [v for name, v in attrs if name == "src" and v and "example.invalid" in v]
        self.found += [f"{tag} {value}" for value in fetched]

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


KEPT = set(string.ascii_letters + string.digits + string.punctuation)
MARGINS = {"typst": (50, 45), "latex": (50, 46)}
"""Points above and below the text of a page: book() in typst-template.typ; latex.tex."""


def squeezed(text: str, maker: str = "typst") -> str:
    """Letters, digits and ASCII signs alone: a PDF breaks lines, LaTeX words, and joins letters."""
    text = unicodedata.normalize("NFKC", text)  # ﬁ is fi, … is ...
    if maker == "latex":
        text = text.replace("-", "")
    return "".join(c for c in text if c in KEPT)


def letters(text: str) -> str:
    """Letters and digits of a comment: its marks are formatting, a link shows its text alone."""
    without = re.sub(r"(?<=\])\([^)]*\)", "", unicodedata.normalize("NFKC", text))  # 𝑥 is x
    return "".join(c for c in without if c.isascii() and c.isalnum())


def printed(site: Path, maker: str) -> str:
    """The text of the PDF without what stands above and below it, which interrupts long texts.

    Zero width spaces, behind which long words in tables break, are no text either.
    """
    above, below = MARGINS[maker]
    flags = pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE  # � stays �
    with pymupdf.open(site / "report.pdf") as document:
        return "".join(
            page.get_text(clip=page.rect + pymupdf.Rect(0, above, 0, -below), flags=flags)
            for page in document
        ).replace("\u200b", "")


@contextmanager
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails if a program asked the proxy, which answers nobody, for an address in a text."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for scheme in ("http", "https"):
            monkeypatch.setenv(f"{scheme}_proxy", address)
            monkeypatch.setenv(f"{scheme}_proxy".upper(), address)
        yield
        proxy.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                asked, _ = proxy.accept()
                with asked:
                    assert b"example.invalid" not in asked.recv(1000)


def check(
    folder: Path,
    texts: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    renderer: Renderer = "builtin",
    maker: str = "typst",
) -> None:
    """Both formats show every text literally, and nothing has been done."""
    with nothing_fetched(monkeypatch):
        profile = {"QUARTO_PROFILE": "latex"} if maker == "latex" else {}
        render(folder, renderer, {"HOMEWORK_SUITE": "full", **profile})
    site = folder / "_site"
    pages = [p.read_text(encoding="utf-8") for p in site.rglob("*.html")]
    seen, paper = " ".join(visible(page) for page in pages), printed(site, maker)
    for place, text in texts.items():
        shown = plain(text)
        if place == "comment":
            assert letters(shown) in letters(seen), place
            assert letters(shown) in letters(paper), place
            continue
        if place == "command":
            shown = shown.replace("`", "") if "{{" not in shown else shown
        assert " ".join(shown.split()) in seen, place
        if maker == "latex":
            shown = shown.replace("\ufffd", "?")  # by written.lua
        if len(shown) > 1000 and place not in FIELDS + PARAGRAPHS:
            shown = shown[:300]  # then comes the head of the table on the next page
        assert squeezed(shown, maker) in squeezed(paper, maker), place
    if maker == "typst":  # a row of LaTeX's tables ends with its page
        words = sum(text.count("long ") for text in texts.values())
        assert squeezed(paper).count("long") >= 0.99 * words
    for page in pages:
        assert not effects(page)
        assert "root:x:0" not in page
    assert "root:x:0" not in paper
    assert not Path(CANARY).exists()
