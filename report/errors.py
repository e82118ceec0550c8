"""The one exception for anything wrong in what the user gave."""


class UserError(Exception):
    """An error the user can fix: file or key, the cause, and what to do next, in one line.

    The command line prints the text and exits with status 2; no traceback is shown.
    """
