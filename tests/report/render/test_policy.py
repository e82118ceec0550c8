"""The content security policy of a rendered site holds and hinders nothing; its PDF is clean."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.postrender import META
from report.render import render
from tests.report.render.browser import find_chromium, serving, visit
from tests.report.render.conftest import make
from tests.report.render.programs import needed

PROBE = """
const broken = [];
document.addEventListener("securitypolicyviolation", (event) =>
  broken.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
const pause = () => new Promise((go) => setTimeout(go, 500));
const first = (...names) => names.map((name) => document.querySelector(name)).find(Boolean);
const dark = () => document.documentElement.dataset.theme === "dark"
  || document.body.classList.contains("quarto-dark");
addEventListener("load", async () => {
  const found = {};
  await pause();
  const before = dark();
  first("#theme", ".quarto-color-scheme-toggle").click();
  await pause();
  found.theme = dark() !== before;
  first(".aa-DetachedSearchButton")?.click();
  await pause();
  const query = first("#query", ".aa-Input");
  if (query) { // Quarto's search needs a server
    query.value = "networks";
    query.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await pause();
    found.search = Boolean(document.querySelector("#results a, .aa-Item"));
  }
  first("a.lightbox").click();
  await pause();
  found.lightbox = Boolean(document.querySelector("dialog[open] img, .glightbox-container img"));
  const stray = document.createElement("script");
  stray.textContent = "window.stray = true";
  document.body.append(stray);
  await pause();
  found.stray = Boolean(window.stray);
  found.broken = broken;
  const said = document.createElement("pre");
  said.id = "probed";
  said.textContent = JSON.stringify(found);
  document.body.append(said);
});
"""
STRAY = "script-src-elem inline "


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address at which `tmp_path` is served."""
    with serving(tmp_path) as address:
        yield address


@pytest.mark.long
@pytest.mark.parametrize("renderer", ["builtin", "quarto"])
@pytest.mark.parametrize("place", ["server", "folder"])
def test_every_page_works_in_chromium_and_a_stray_script_does_not(
    tmp_path, served, renderer, place
):
    chromium = find_chromium()
    needed(*(("quarto",) if renderer == "quarto" else ()))
    folder = make(tmp_path / "book")
    render(folder, "builtin" if renderer == "builtin" else "quarto")
    site = folder / "_site"
    (site / "probe.js").write_text(PROBE)
    for name in ("index.html", "chapters/deep-vs-shallow.html"):
        page = site / name
        text = page.read_text(encoding="utf-8")
        root = "../" * name.count("/")
        page.write_text(text.replace("<title>", f'<script src="{root}probe.js"></script><title>'))
        address = f"{served}/book/_site/{name}" if place == "server" else page.as_uri()
        shown = visit(chromium, address, tmp_path / "profile", 1366)
        refused = [line for line in shown.console if "Content Security Policy" in line]
        if 'class="lightbox"' not in text:  # the rest of the probe needs a figure
            assert not refused, name
            continue
        assert len(refused) == 1, refused
        probed = re.search(r'<pre id="probed">(.*?)</pre>', shown.page, re.DOTALL)
        assert probed, shown.console
        found = json.loads(html.unescape(probed[1]))
        assert found.pop("broken") == [STRAY], name
        assert not found.pop("stray")
        assert found == dict.fromkeys(found, True), name
        assert "search" in found or (renderer, place) == ("quarto", "folder")


def test_pages_and_pdf_of_the_built_in_renderer(rendered):
    site = rendered.folder / "_site"
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 8
    for page in pages:
        assert META.search(page.read_text(encoding="utf-8")), page
    content = (site / "report.pdf").read_bytes()
    assert b"/MarkInfo" in content
    assert b"Suspects" not in content


def test_poppler_has_nothing_to_say_of_the_pdf(rendered):
    needed("pdfinfo")
    pdf = rendered.folder / "_site" / "report.pdf"
    for option in ([], ["-struct"]):
        command = ["pdfinfo", *option, str(pdf)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert not done.stderr
