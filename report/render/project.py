"""What `_quarto.yml` says, as far as the built-in renderer understands it.

Source: https://quarto.org/docs/books and https://quarto.org/docs/projects/profiles.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from report.errors import UserError
from report.records.files import LONGEST

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
    for path in ("project", "book", "profile"):
        if not isinstance(config.get(path) or {}, dict):
            raise UserError(f"_quarto.yml: {path}: expected keys and values")
    for path in ("project", "book", "book.title", "book.chapters"):
        if not _at(config, path):
            raise UserError(f"_quarto.yml: {path} is missing")
    if builtin:
        _check_supported(config)
    book, formats = config["book"], config["format"]
    if builtin and "pdf" in formats:
        raise UserError(
            "_quarto-latex.yml: the built-in renderer makes the PDF with Typst; "
            "for LaTeX install Quarto and run: quarto render --profile latex"
        )
    html, typst = formats.get("html", {}), formats.get("typst", {})
    output_name = _name(book, "output-file", "book")
    if Path(output_name).name != output_name:
        raise UserError(f"_quarto.yml: book.output-file: {output_name} is more than a file's name")
    return Book(
        folder=folder,
        title=str(book["title"]),
        subtitle=str(book.get("subtitle") or ""),
        language=str(config.get("lang") or "en"),
        output_dir=folder / _name(config["project"], "output-dir", "_book"),
        output_name=output_name,
        chapters=_chapters(folder, book),
        pre_render=tuple(_list(config["project"].get("pre-render"))),
        post_render=tuple(_list(config["project"].get("post-render"))),
        bibliography=_files(folder, "bibliography", config.get("bibliography")),
        filters=_filters(folder, "filters", config.get("filters")),
        pdf_filters=_filters(folder, "format.typst.filters", typst.get("filters")),
        styles=_files(folder, "format.html.css", html.get("css")),
        partials=_files(folder, "format.typst.template-partials", typst.get("template-partials")),
        endings=_files(folder, "format.html.include-after-body", html.get("include-after-body")),
        paper=str(typst.get("papersize") or "us-letter"),
        toc_depth=_whole(config, "toc-depth", 3),
    )


def _merged(folder: Path, profiles: tuple[str, ...]) -> dict[str, Any]:
    """`_quarto.yml` with the active profiles on top, first profile strongest, as in Quarto."""
    config = _load(folder / "_quarto.yml")
    profile = config.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    active = list(profiles) or _list(profile.get("default"))
    groups = profile.get("group") or []
    groups = groups if isinstance(groups, list) else [groups]
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
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise UserError(f"{path}: no file; a Quarto book needs one there")
    try:
        if path.stat().st_size > LONGEST:
            raise UserError(f"{path}: is longer than {LONGEST // 1000} kB; shorten it")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: missing; a Quarto book needs it") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8; save the file as UTF-8") from None
    except RecursionError:
        raise UserError(f"{path}: nests too deeply; nest less") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected a mapping at the top")
    return {**content, "format": _formats(content.get("format"))}


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


def _name(table: Mapping[str, Any], key: str, default: str) -> str:
    """The name of a file or folder that a table of the configuration gives."""
    value = table.get(key) or default
    if not isinstance(value, str) or value != value.strip() or not value.isprintable():
        raise UserError(f"_quarto.yml: {key}: {value!r} is no name of a file or folder")
    return value


def _files(folder: Path, key: str, value: Any) -> tuple[Path, ...]:
    paths = tuple(folder / name for name in _list(value))
    for path in paths:
        if not path.is_file():
            raise UserError(f"_quarto.yml: {key}: {path.relative_to(folder)} does not exist")
    return paths


def _filters(folder: Path, key: str, value: Any) -> tuple[Path, ...]:
    """The filters that Pandoc alone can run, written as a path or as ``{path: …, at: …}``.

    Not those of Quarto's own name, and not what works on the tree before Quarto does, since only
    `source.py` can do that.
    """
    paths = []
    for entry in value if isinstance(value, list) else [value] if value else []:
        path = entry.get("path") if isinstance(entry, dict) else entry
        if not isinstance(path, str):
            raise UserError(f"_quarto.yml: {key}: {entry!r} names no file; write path: x.lua")
        early = isinstance(entry, dict) and str(entry.get("at")).endswith("-ast")
        if not early and path not in ("quarto", "citeproc"):
            paths.append(path)
    return _files(folder, key, paths)


def _formats(value: Any) -> dict[str, dict[str, Any]]:
    """Settings by format, also where `_quarto.yml` says only ``typst``, or ``typst: default``."""
    if isinstance(value, (str, list)):
        value = dict.fromkeys(_list(value))
    if not isinstance(value or {}, dict):
        raise UserError("_quarto.yml: format: expected names of formats")
    made = {}
    for name, settings in (value or {}).items():
        if settings not in (None, "default") and not isinstance(settings, dict):
            raise UserError(f"_quarto.yml: format.{name}: expected settings, or default")
        made[str(name)] = settings if isinstance(settings, dict) else {}
    return made


def _whole(config: Mapping[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not str(value).isdecimal():
        raise UserError(f"_quarto.yml: {key}: {value!r} is no whole number")
    return int(value)


def _chapters(folder: Path, book: Mapping[str, Any]) -> tuple[Chapter, ...]:
    result: list[Chapter] = []
    for key in ("chapters", "appendices"):
        number = 0
        names = book.get(key) or []
        for name in names if isinstance(names, list) else [names]:
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


_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_NO_PROSE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*[ \t]*$|<!--.*?-->", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(?:# +(?P<line>.*)|(?P<above>\S.*)\n=+[ \t]*)$", re.MULTILINE)


def _unnumbered(source: Path) -> bool:
    """Whether the chapter heading, the first of level 1, says .unnumbered."""
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{source}: not readable as UTF-8 text ({error}); fix the file") from None
    heading = _HEADING.search(_NO_PROSE.sub("", _FRONT_MATTER.sub("", text)))
    if heading is None:
        raise UserError(f"{source}: no chapter heading; the file needs a line '# Title'")
    title = heading["line"] or heading["above"] or ""
    return ".unnumbered" in title or "{-}" in title
