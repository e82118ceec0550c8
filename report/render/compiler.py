"""A program of its own that compiles Typst markup to PDF; `typeset.py` runs it.

Typst works within the process that calls it, so limits of time and memory, or a crash, would end
that process. As a script it imports nothing of the report, which need not be installed.
"""

import sys

import typst


def main(root: str, own_fonts: bool, accessible: bool) -> None:
    """Write the PDF of the markup on standard input to standard output."""
    try:
        made: bytes = typst.compile(  # type: ignore[type-var]  # bytes and a path are both right
            sys.stdin.buffer.read(),
            root=root,
            ignore_system_fonts=own_fonts,
            pdf_standards=["ua-1"] if accessible else None,
        )
    except typst.TypstError as error:
        sys.exit(error.diagnostic)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(sys.argv[1], "own-fonts" in sys.argv[2:], "accessible" in sys.argv[2:])
