"""Pages as Chromium shows them, without a window."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from typing import Any

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


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address at which `folder` is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


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


PROBE = """
const pause = (time = 600) => new Promise((go) => setTimeout(go, time));
addEventListener("load", async () => {
  await pause();
  let found;
  try { found = await (async () => { %s })(); } catch (error) { found = String(error.stack); }
  const said = document.createElement("pre");
  said.id = "probed";
  said.textContent = JSON.stringify(found);
  document.body.append(said);
});
"""


def probe(page: Path, script: str, profile: Path, width: int, base: str = "") -> Any:
    """What the body of an async function `script` returns on a page, which says no fault.

    The script is a file of the site, whose policy forbids all others. `base` is the address at
    which the page's folder is served; without one, it is opened as a file.
    """
    name = token_hex(4)  # other processes may look at the same page
    probed, code = page.with_name(f"{name}-{page.name}"), page.with_name(f"{name}.js")
    text = page.read_text(encoding="utf-8")
    probed.write_text(text.replace("</body>", f'<script src="{code.name}"></script></body>'))
    code.write_text(PROBE % script)
    try:
        address = f"{base}/{probed.name}" if base else probed.as_uri()
        shown = visit(find_chromium(), address, profile, width)
    finally:
        probed.unlink()
        code.unlink()
    assert not shown.console, shown.console
    found = re.search(r'<pre id="probed">(.*?)</pre>', shown.page, re.DOTALL)
    assert found
    result = json.loads(html.unescape(found[1]))
    assert not isinstance(result, str), result  # an error
    return result
