"""What reaches the terminal."""

import io
import sys

import pytest

from report.words.terminal import say, shown


def test_a_terminal_is_not_told_what_to_do() -> None:
    assert shown("a\x1b[31mb\x07\x9b\u202ec\ttab\nline\r\x00 é 中") == (
        "a\ufffd[31mb\ufffd\ufffd\ufffdc\ttab\nline\ufffd\ufffd é 中"
    )


def test_spaces_of_all_kinds_are_spaces() -> None:
    assert shown("67.5\u00a0% 1\u202f000 a\u2003b") == "67.5 % 1 000 a b"
    assert shown("a\u2028b\u2029c\u200bd") == "a\ufffdb\ufffdc\ufffdd"


def test_output_that_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    say("é 中 \udc80")
    stream.flush()
    assert stream.buffer.getvalue() == "é ? ?\n".encode("latin-1")  # type: ignore[attr-defined]
