"""The Jinja environment of the templates: own delimiters, nothing undefined, nothing unescaped."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from report.errors import UserError
from report.words import format as fmt
from report.words.markdown import Markdown, escape

FORMATTERS = (
    fmt.count,
    fmt.words,
    fmt.number,
    fmt.loss,
    fmt.percent,
    fmt.accuracy,
    fmt.points,
    fmt.factor,
    fmt.correlation,
    fmt.seconds,
    fmt.seeds,
    fmt.plural,
)


@cache
def environment(folder: Path) -> Environment:
    """Templates of `folder`, with `<< >>` for values, `<% %>` for statements, `<# #>` for comments.

    A value must be Markdown (from a formatter or a section) or text, which is escaped; a bare
    number is an error, so that every number passes through a formatter. A template is read again
    only when its file has changed.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        autoescape=False,
    )
    made.filters.update({formatter.__name__: formatter for formatter in FORMATTERS})
    made.globals["below"] = below
    return made


def below(*parts: Markdown | Iterable[Markdown]) -> Markdown:
    """The parts, each a text or several, one below the other; what is empty is left out."""
    texts = [text for part in parts for text in ([part] if isinstance(part, str) else part)]
    return Markdown("\n\n".join(filter(None, texts)))


def render(made: Environment, template: str, context: dict[str, Any], *instead: str) -> str:
    """The template, or the first of `instead` where it does not exist, filled in.

    Raises UserError that names the template and the cause.
    """
    try:
        found = made.select_template([template, *instead])
        template = found.name or template
        return found.render(context)
    except (TemplateError, TypeError) as error:
        raise UserError(f"templates/{template}: {error}; fix the template") from error


def _finalize(value: Any) -> str:
    if isinstance(value, Markdown):
        return value
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, StrictUndefined):
        return str(value)
    raise TypeError(f"{value!r} must pass through a formatter, e.g. << value | count >>")
