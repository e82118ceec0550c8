"""The whole site of the built-in renderer as one HTML file: its pages below each other, all inline.

What cannot be inline is not linked: drawings are there already; records, modules, the PDF.
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

MAIN = re.compile(r'(<main id="content" tabindex="-1">)(.*)(</main>)', re.DOTALL)
STEPS = re.compile(r'<nav class="steps".*?</nav>', re.DOTALL)
GONE = re.compile(r'<(nav|p) class="(?:contents|download)".*?</\1>\n?', re.DOTALL)
LINK = re.compile(r'<a\b([^>]*?) href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
IMAGE = re.compile(r'<img src="([^"#]*)(#[^"]*)?"')
IDENTIFIER = re.compile(r'\bid="([^"]+)"')
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]*)">')
SCRIPT = re.compile(r'<script src="([^"]*)"([^>]*)></script>\n?')
DATA = re.compile(r"<metadata id=\"\w+\">.*?</metadata>", re.DOTALL)
"""In a drawing; the page has the same data beside it."""
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
FILES = ("Figure (SVG)", "Record (JSON)")
"""What figures can be had as, where the site has these files beside it."""
Names = Mapping[tuple[str, str], str]


def single(site: Path, pages: Sequence[str]) -> str:
    """One HTML file of the `pages` of `site`, in their order; the first is its frame."""
    texts = {page: (site / page).read_text(encoding="utf-8") for page in pages}
    frame = GONE.sub("", texts[pages[0]])
    bodies = {page: STEPS.sub("", _main(text)) for page, text in texts.items()}
    names = _names(MAIN.sub(r"\1\3", frame), bodies)
    whole = "".join(
        f'<section id="{_place(page)}">\n{_shown(site, page, body, names)}</section>\n'
        for page, body in bodies.items()
    )
    around = LINK.sub(lambda link: _link(site, pages[0], link, names), MAIN.sub(r"\1\3", frame))
    around = STYLE.sub(lambda style: f"<style>\n{_text(site, style[1])}</style>", around)
    scripts = [(found[1], found[2]) for found in SCRIPT.finditer(around)]
    first, *later = (_script(site, name, more) for name, more in scripts)
    head, foot = SCRIPT.sub("", around).split(MAIN_EMPTY)
    index = f"<script>\n{_search(site, names)}</script>\n"
    return (
        head.replace("</title>\n", f"</title>\n{first}", 1)
        + MAIN_EMPTY.replace("></", f">\n{whole}</")
        + foot.replace("</body>", f"{index}{''.join(later)}</body>")
    )


MAIN_EMPTY = '<main id="content" tabindex="-1"></main>'


def _main(page: str) -> str:
    found = MAIN.search(page)
    assert found, "a page of the built-in renderer has a main part"
    return found[2]


def _place(page: str) -> str:
    return "page-" + page.removesuffix(".html").replace("/", "-")


def _names(around: str, bodies: Mapping[str, str]) -> Names:
    """The identifier of everything in the one file, by page and the identifier there."""
    taken = {*IDENTIFIER.findall(around), *map(_place, bodies)}
    names = {}
    for page, body in bodies.items():
        for own in IDENTIFIER.findall(body):
            name = own if own not in taken else f"{own}-{_place(page)}"
            taken.add(name)
            names[page, own] = name
    return names


def _shown(site: Path, page: str, body: str, names: Names) -> str:
    body = IDENTIFIER.sub(lambda found: f'id="{names[page, found[1]]}"', body)
    body = LINK.sub(lambda link: _link(site, page, link, names), body)

    def image(found: re.Match[str]) -> str:
        return f'<img src="{_inline(site / _path(page, found[1]))}{found[2] or ""}"'

    return IMAGE.sub(image, body)


def _path(page: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(address)))


def _link(site: Path, page: str, link: re.Match[str], names: Names) -> str:
    before, address, after, words = link.groups()
    if ELSEWHERE.match(address):
        return link[0]
    path, _, label = address.partition("#")
    target = _path(page, path) if path else page
    if (target, label) in names or target.endswith(".html"):
        to = names.get((target, label), _place(target))
        return f'<a{before} href="#{to}"{after}>{words}</a>'
    if not path:  # to a part of the frame
        return link[0]
    if target.endswith(".csv"):
        name = posixpath.basename(target)
        return f'<a{before} href="{_inline(site / target)}" download="{name}"{after}>{words}</a>'
    return "" if words in FILES else words


def _inline(path: Path) -> str:
    if path.suffix == ".svg":
        drawing = DATA.sub("", path.read_text(encoding="utf-8"))
        return "data:image/svg+xml," + quote(drawing, safe=" =:/;,()-_.!*'+<>")
    kind = {".csv": "text/csv", ".png": "image/png"}.get(path.suffix, "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _text(site: Path, address: str) -> str:
    return (site / posixpath.normpath(address)).read_text(encoding="utf-8")


def _script(site: Path, address: str, more: str) -> str:
    return f"<script{more.replace(' defer', '')}>\n{_text(site, address)}</script>\n"


def _search(site: Path, names: Names) -> str:
    """The index of the search, whose entries all lead to places in this file."""
    start, text = "window.searchIndex = ", _text(site, "assets/search.js")
    entries = json.loads(text.removeprefix(start).rstrip().removesuffix(";"))
    for entry in entries:
        page = entry["page"]
        entry |= {"page": "", "id": names.get((page, entry["id"]), _place(page))}
    made = json.dumps(entries, ensure_ascii=False).replace("<", "\\u003c")
    return f"{start}{made};\n"
