"""The one exception for anything wrong in what the user gave, and the words of its remedies."""

import difflib
from collections.abc import Sequence


class UserError(Exception):
    """What the user can fix: file or key, the cause, and what to do next; one line for each fault.

    The command line prints the lines and exits with status 2; no traceback is shown.
    """

    @property
    def lines(self) -> tuple[str, ...]:
        """One text for each fault."""
        return tuple(str(line) for line in self.args)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that was meant, whatever its case; None where none is near."""
    given = word.casefold()
    folded = {name.casefold(): name for name in reversed(known)}
    near = difflib.get_close_matches(given, list(folded), n=1, cutoff=0.7)
    if not near and len(given) >= 4:
        near = [name for name in reversed(folded) if name.startswith(given)]
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean "x"?` for the nearest known word, else the list of known words."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else f"; known: {', '.join(known)}"
