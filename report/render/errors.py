"""The exception for a tool that did not make the report."""

from report.errors import UserError


class RenderError(UserError):
    """A renderer is missing, too old, failed, or made no report; names tool and version."""


UNDISPLAYED = "could not be displayed with font"
"""What Typst says of a letter that no font has, which accessible PDFs must not hold."""
