"""The one exception for anything wrong in what the user gave, and the words of its remedies."""

import difflib
from collections.abc import Sequence


class UserError(Exception):
    """An error the user can fix: file or key, the cause, and what to do next, in one line.

    The command line prints the text and exits with status 2; no traceback is shown.
    """


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean "x"?` for the nearest known word, else the list of known words."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else f"; known: {', '.join(known)}"
