"""Programs that need too much are stopped, and the message says what they may need."""

import sys
import time
from pathlib import Path

import pytest

from report.render import trial
from report.render.errors import RenderError
from report.render.inert import READER
from report.render.limits import GIB, LimitError, Limits, run
from report.render.pandoc import run as pandoc
from report.render.typeset import typeset

PREAMBLE = '#set document(title: "x")\n'


def python(code: str, limits: Limits) -> bytes:
    return run([sys.executable, "-c", code], b"given", "The program", limits).out


def test_what_stays_within_its_limits() -> None:
    code = "import sys; print(sys.stdin.read())"
    assert python(code, Limits(20, GIB)) == b"given\n"


def test_time() -> None:
    begun = time.monotonic()
    with pytest.raises(LimitError, match="The program took more than 1 s"):
        python("import time; time.sleep(60)", Limits(1, GIB))
    with pytest.raises(LimitError, match="The program took more than 1 s"):
        python("import subprocess, sys; subprocess.run(['sleep', '60'])", Limits(1, GIB))
    assert time.monotonic() - begun < 30


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory need Linux's prlimit")
def test_memory() -> None:
    with pytest.raises(LimitError, match=r"The program needed more than 0\.25 GiB of memory"):
        python("x = bytearray(10**9)", Limits(20, GIB // 4))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory need Linux's prlimit")
def test_pandoc_is_stopped() -> None:
    """A footnote in itself: `inert` takes them out before."""
    with pytest.raises(LimitError, match=r"Pandoc .* more than"):
        arguments = ["-f", READER, "-t", "json"]
        pandoc(arguments, "a[^x]\n\n[^x]: b[^x]\n", Path("/"), Limits(20, GIB // 8))


def test_typst_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match=r"Typst .* took more than 1 s"):
        typeset(
            PREAMBLE
            + "#for i in range(5000) { for j in range(5000) { for k in range(5000) { } } }",
            tmp_path,
            Limits(1, GIB),
        )


def test_typst_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="failed"):
        typeset(PREAMBLE + '#read("/etc/passwd")', tmp_path)


def test_what_typst_cannot_set_is_found_before() -> None:
    assert trial.fault(["A *word*.func() and $x^2$.y\n"]) is None
    assert "Typst" in str(trial.fault(["```{=typst}\n#panic()\n```\n"]))
