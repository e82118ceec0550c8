"""Quarto's pre-render script: writes what the chapters take in. Runs without installation."""

import gc
import os
import sys
from pathlib import Path

PROJECT = Path.cwd()
# As a script, this folder stands first on the path and would hide the standard library's `numbers`.
HERE = Path(__file__).resolve().parent
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for each other by spinning
sys.path = [str(HERE.parent), *(p for p in sys.path if Path(p or ".").resolve() != HERE)]

from report.book.generate import generate  # noqa: E402  (the path comes first)
from report.book.sources import sources  # noqa: E402
from report.errors import UserError  # noqa: E402
from report.render.citations import check_bibliographies  # noqa: E402
from report.render.staging import check_output  # noqa: E402
from report.words.terminal import shown  # noqa: E402

if __name__ == "__main__":
    gc.set_threshold(100_000)  # a short life: searching it for garbage often takes a tenth of it
    try:
        output = os.environ.get("QUARTO_PROJECT_OUTPUT_DIR")
        if output:
            check_output(PROJECT, PROJECT / output)
        check_bibliographies(PROJECT)
        generate(sources(PROJECT))
    except UserError as error:
        sys.exit(shown(f"homework: {error}"))
