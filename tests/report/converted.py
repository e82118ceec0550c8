"""Pandoc's Markdown in another format."""

from pathlib import Path

from report.render import pandoc


def converted(markdown: str, form: str, *options: str) -> str:
    """The text as Pandoc writes it in the format `form`."""
    return pandoc.run(["--from=markdown", f"--to={form}", *options], markdown, Path())
