"""axe-core finds nothing serious on any page, in light and dark mode, on a laptop and a phone."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.render.browser import find_chromium, visit

pytestmark = pytest.mark.long

MODES = {"light": 1, "dark": 0}  # as Chromium's setting counts them
WIDTHS = (1366, 500)  # Chromium has no narrower window
SCRIPT = """
addEventListener("load", async () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
  const { violations } = await axe.run();
  const found = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  const said = found.map((v) => [v.id, v.nodes.map((node) => node.html.slice(0, 200))]);
  const mode = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const words = JSON.stringify([mode, innerWidth, said]);
  document.documentElement.innerHTML = "<body><pre id=found></pre></body>";
  document.getElementById("found").textContent = words;
});
"""
SCRIPTS = '<script src="axe.js"></script><script src="run-axe.js"></script></body>'


def tools() -> tuple[str, Path]:
    """Chromium and axe-core, or the reason why they cannot be used."""
    chromium = find_chromium()
    folders = [os.environ.get("NODE_PATH", "")]
    if npm := shutil.which("npm"):
        done = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
        folders.append(done.stdout.strip())
    for folder in filter(None, folders):
        if (axe := Path(folder) / "axe-core" / "axe.min.js").is_file():
            return chromium, axe
    pytest.skip("axe-core is neither in NODE_PATH nor among npm's global packages")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", MODES)
def test_no_serious_violation_on_any_page(committed, tmp_path, mode, width):
    chromium, axe = tools()
    site = committed / "_site"
    for page in sorted(site.glob("**/*.html")):
        text = page.read_text(encoding="utf-8")
        tested = page.with_name(f"tested-{page.name}")
        tested.write_text(text.replace("</body>", SCRIPTS))
        added = [tested, page.with_name("axe.js"), page.with_name("run-axe.js")]
        shutil.copyfile(axe, added[1])  # as files of the site: its policy forbids all others
        added[2].write_text(SCRIPT)
        try:
            shade = f"--blink-settings=preferredColorScheme={MODES[mode]}"
            shown = visit(chromium, tested.as_uri(), tmp_path / "profile", width, shade)
        finally:
            for path in added:
                path.unlink()
        found = re.search(r'<pre id="found">(.*?)</pre>', shown.page, re.DOTALL)
        assert found, f"axe-core did not end on {page.name}: {shown.console}"
        seen, _, violations = json.loads(html.unescape(found[1]))
        assert seen == mode
        assert not violations, f"{page.name}: {violations}"
