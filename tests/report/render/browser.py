"""Pages as Chromium shows them, without a window."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--allow-file-access-from-files", "--hide-scrollbars", "--virtual-time-budget=30000"),
    *("--enable-logging=stderr", "--v=0"),
)


@dataclass(frozen=True)
class Shown:
    """A page after its scripts ran, and what it said on the console."""

    page: str
    console: tuple[str, ...]


def find_chromium() -> str:
    """Chromium's program; skips the test where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not on PATH")
    return chromium


def visit(chromium: str, address: str, profile: Path, width: int, *flags: str) -> Shown:
    """Opens `address` in a window `width` pixels wide until nothing moves any more."""
    done = subprocess.run(
        [
            *(chromium, *FLAGS, *flags, f"--user-data-dir={profile}"),
            *(f"--window-size={width},900", "--dump-dom", address),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return Shown(done.stdout, tuple(re.findall(r"CONSOLE:?\(?\d*\)?\] (.*)", done.stderr)))
