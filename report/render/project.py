"""What `_quarto.yml` says, as far as the built-in renderer understands it.

Source: https://quarto.org/docs/books and https://quarto.org/docs/projects/profiles.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from report.errors import UserError

# Key paths that the built-in renderer honors, or that change only the look of Quarto's own site.
SUPPORTED = {
    "project": {"type", "output-dir", "pre-render", "post-render"},
    "profile": {"group", "default"},
    "book": {
        *("title", "subtitle", "output-file", "downloads", "search", "sidebar"),
        *("chapters", "appendices"),
    },
    "format": {"html", "typst", "pdf"},
    "format.html": {
        *("theme", "respect-user-color-scheme", "css", "html-math-method", "toc", "toc-title"),
        *("lightbox", "fig-align", "tbl-cap-location", "include-after-body"),
    },
    "format.typst": {
        *("toc", "papersize", "citeproc", "pdf-standard", "tbl-cap-location"),
        *("template-partials", "filters"),
    },
}
TOP = {
    *("project", "profile", "book", "format", "lang", "number-sections", "toc-depth"),
    *("bibliography", "link-citations", "filters"),
}
FIXED = {
    "project.type": "book",
    "number-sections": True,
    "format.html.html-math-method": "mathml",
    "format.html.tbl-cap-location": "top",
    "format.typst.tbl-cap-location": "top",
    "format.typst.citeproc": True,
    "format.typst.pdf-standard": "ua-1",
}


@dataclass(frozen=True)
class Chapter:
    """One file of the book. `label` is "2", "A", or "" where the heading is unnumbered."""

    source: Path
    page: str
    label: str
    appendix: bool


@dataclass(frozen=True)
class Book:
    """A Quarto book project. Paths are absolute; `chapters` hold references and appendices too.

    `pdf_filters` run for the PDF alone, after `filters`.
    """

    folder: Path
    title: str
    subtitle: str
    language: str
    output_dir: Path
    output_name: str
    chapters: tuple[Chapter, ...]
    pre_render: tuple[str, ...]
    post_render: tuple[str, ...]
    bibliography: tuple[Path, ...]
    filters: tuple[Path, ...]
    pdf_filters: tuple[Path, ...]
    styles: tuple[Path, ...]
    partials: tuple[Path, ...]
    endings: tuple[Path, ...]
    paper: str
    toc_depth: int


def read_book(folder: Path, profiles: tuple[str, ...] = (), builtin: bool = True) -> Book:
    """The book in `folder` under `profiles`.

    Raises UserError for what is missing and, with `builtin`, for what only Quarto can do.
    """
    config = _merged(folder, profiles)
    for path in ("project", "book", "book.title", "book.chapters"):
        if not _at(config, path):
            raise UserError(f"_quarto.yml: {path} is missing")
    if builtin:
        _check_supported(config)
    book, formats = config["book"], config.get("format", {})
    if builtin and "pdf" in formats:
        raise UserError(
            "_quarto-latex.yml: the built-in renderer makes the PDF with Typst; "
            "for LaTeX install Quarto and run: quarto render --profile latex"
        )
    html, typst = formats.get("html") or {}, formats.get("typst") or {}
    return Book(
        folder=folder,
        title=str(book["title"]),
        subtitle=str(book.get("subtitle", "")),
        language=str(config.get("lang", "en")),
        output_dir=folder / str(config["project"].get("output-dir", "_book")),
        output_name=str(book.get("output-file", "book")),
        chapters=_chapters(folder, book),
        pre_render=tuple(_list(config["project"].get("pre-render"))),
        post_render=tuple(_list(config["project"].get("post-render"))),
        bibliography=_files(folder, "bibliography", config.get("bibliography")),
        filters=_files(folder, "filters", _pandoc_filters(config.get("filters", []))),
        pdf_filters=_files(
            folder, "format.typst.filters", [f["path"] for f in typst.get("filters", [])]
        ),
        styles=_files(folder, "format.html.css", html.get("css")),
        partials=_files(folder, "format.typst.template-partials", typst.get("template-partials")),
        endings=_files(folder, "format.html.include-after-body", html.get("include-after-body")),
        paper=str(typst.get("papersize", "us-letter")),
        toc_depth=int(config.get("toc-depth", 3)),
    )


def _merged(folder: Path, profiles: tuple[str, ...]) -> dict[str, Any]:
    """`_quarto.yml` with the active profiles on top, first profile strongest, as in Quarto."""
    config = _load(folder / "_quarto.yml")
    active = list(profiles)
    groups = config.get("profile", {}).get("group", [])
    for group in [groups] if groups and isinstance(groups[0], str) else groups:
        if not set(group) & set(active):
            active.append(group[0])
    for name in reversed(active):
        path = folder / f"_quarto-{name}.yml"
        if path.exists():
            config = _merge(config, _load(path))
        elif name in profiles:
            raise UserError(f"{path.name}: no such file, so there is no profile {name!r}")
    return config


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: missing; a Quarto book needs it") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected a mapping at the top")
    return content


def _merge(low: dict[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(low)
    for key, value in high.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            result[key] = old + [item for item in value if item not in old]
        else:
            result[key] = value
    return result


def _check_supported(config: dict[str, Any]) -> None:
    for path, allowed in {"": TOP, **SUPPORTED}.items():
        value = _at(config, path)
        if not isinstance(value, dict):
            continue
        for key in value:
            if key not in allowed:
                name = f"{path}.{key}".lstrip(".")
                raise UserError(
                    f"_quarto.yml: the built-in renderer does not know {name!r}; "
                    "remove it, or render with Quarto (--renderer quarto)"
                )
    for path, expected in FIXED.items():
        value = _at(config, path)
        if value is not None and value != expected:
            raise UserError(f"_quarto.yml: the built-in renderer needs {path}: {expected}")


def _at(config: Any, path: str) -> Any:
    for key in path.split(".") if path else []:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _files(folder: Path, key: str, value: Any) -> tuple[Path, ...]:
    paths = tuple(folder / name for name in _list(value))
    for path in paths:
        if not path.is_file():
            raise UserError(f"_quarto.yml: {key}: {path.relative_to(folder)} does not exist")
    return paths


def _pandoc_filters(entries: Any) -> list[str]:
    """The filters that Pandoc alone can run: those without a place in Quarto's own sequence."""
    return [entry for entry in entries if isinstance(entry, str)]


def _chapters(folder: Path, book: Mapping[str, Any]) -> tuple[Chapter, ...]:
    result: list[Chapter] = []
    for key in ("chapters", "appendices"):
        number = 0
        for name in book.get(key, []):
            if not isinstance(name, str):
                raise UserError(f"_quarto.yml: book.{key}: parts are not supported, list files")
            source = folder / name
            if not source.is_file():
                raise UserError(f"_quarto.yml: book.{key}: {name} does not exist")
            label = ""
            if not _unnumbered(source):
                number += 1
                label = chr(64 + number) if key == "appendices" else str(number)
            page = str(Path(name).with_suffix(".html"))
            result.append(Chapter(source, page, label, key == "appendices"))
    if not result or result[0].page != "index.html":
        raise UserError("_quarto.yml: book.chapters: the first file must be index.qmd")
    return tuple(result)


def _unnumbered(source: Path) -> bool:
    """Whether the chapter heading, the first line that opens with "# ", says .unnumbered."""
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return ".unnumbered" in line or "{-}" in line
    raise UserError(f"{source}: no chapter heading; the file needs a line '# Title'")
