"""The old report stays until the new one is whole, whatever happens in between."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from report.render import RenderError, render, staging
from tests.report.render.programs import RECENT, fake_quarto


def digest(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def old(project, rendered):
    """A fresh sample book that has been rendered before."""
    shutil.rmtree(project)
    return shutil.copytree(rendered.folder, project)


def test_rendering_twice_gives_the_same_files(old):
    first = digest(old / "_site")
    render(old, "builtin")
    assert digest(old / "_site") == first


def test_a_failed_render_keeps_the_old_report(old):
    before = digest(old / "_site")
    (old / "references.bib").write_text("")
    with pytest.raises(Exception, match="citation"):
        render(old, "builtin")
    assert digest(old / "_site") == before
    assert [path.name for path in old.glob("_site*")] == ["_site"]


@pytest.mark.sweep
def test_a_killed_render_leaves_nothing_that_the_next_does_not_clean(old):
    before = digest(old / "_site")
    command = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path\n"
        "from report.render import render\nrender(Path(sys.argv[1]), 'builtin')",
        str(old),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for delay in (0.3, 0.5, 0.7):
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert digest(old / "_site") == before
    render(old, "builtin")
    assert digest(old / "_site") == before
    assert [path.name for path in old.glob("_site*")] == ["_site"]


def test_a_site_that_was_only_moved_aside_comes_back(old):
    (old / "_site").rename(old / "_site.old")
    with pytest.raises(RuntimeError), staging.staged(old, old / "_site"):
        assert (old / "_site" / "index.html").exists()
        raise RuntimeError
    assert [path.name for path in old.glob("_site*")] == ["_site"]


@pytest.mark.sweep
def test_renders_at_the_same_time_end_with_one_whole_report(project):
    processes = [
        multiprocessing.get_context("spawn").Process(target=render, args=(project, "builtin"))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert (project / "_site" / "report.pdf").stat().st_size > 10_000
    assert [path.name for path in project.glob("_site*")] == ["_site"]


def test_quarto_is_missing(project, tmp_path):
    with pytest.raises(RenderError, match=r"Quarto >= 1\.9 is needed, none is on PATH"):
        render(project, "quarto", {"PATH": str(tmp_path)})


def test_quarto_is_too_old(project, tmp_path):
    path = fake_quarto(tmp_path / "bin", "echo 1.4.557\n")
    with pytest.raises(RenderError, match=r"Quarto >= 1\.9 is needed, found Quarto 1\.4\.557"):
        render(project, "quarto", path)
    result = render(project, "auto", path)
    assert result.renderer == "builtin"
    assert "Quarto 1.4.557 is older than 1.9" in result.line


@pytest.mark.parametrize(
    "said", ["ERROR: no luck", "\\033[31mERROR: \\033[39m\\nno luck\\n\\nmore", "no luck"]
)
def test_quarto_crashes(old, tmp_path, said):
    before = digest(old / "_site")
    path = fake_quarto(tmp_path / "bin", RECENT + f"printf '{said}' >&2; exit 3\n")
    with pytest.raises(
        RenderError, match=r"Quarto 1\.9\.20 .* failed with status 3: (ERROR: )?no luck"
    ):
        render(old, "auto", path)
    assert digest(old / "_site") == before


def test_quarto_has_no_font_for_a_letter(project, tmp_path):
    script = (
        'case "$*" in *"-M pdf-standard:1.7") ;; *)'
        ' echo \'the text "x" could not be displayed with font "y"\' >&2; exit 1;; esac\n'
        'echo site > "$4/index.html"; echo paper > "$4/report.pdf"\n'
    )
    path = fake_quarto(tmp_path / "bin", RECENT + script)
    assert render(project, "quarto", path).pdf.read_text() == "paper\n"


def test_quarto_succeeds_without_a_file(old, tmp_path):
    before = digest(old / "_site")
    path = fake_quarto(tmp_path / "bin", RECENT + 'touch "$4/nothing"; echo x > "$4/index.html"\n')
    with pytest.raises(RenderError, match=r"Quarto 1\.9\.20 .*wrote no report\.pdf"):
        render(old, "quarto", path)
    assert digest(old / "_site") == before


def test_quarto_makes_the_report(project, tmp_path):
    script = (
        'echo site > "$4/index.html"; echo paper > "$4/report.pdf"; echo $QUARTO_PROFILE > "$4/p"\n'
    )
    path = fake_quarto(tmp_path / "bin", RECENT + script)
    result = render(project, "auto", {**path, "QUARTO_PROFILE": "quick"})
    assert result.line.startswith("Rendered by quarto (Quarto 1.9.20): ")
    assert result.site.read_text() == "site\n"
    assert (project / "_site" / "p").read_text() == "quick\n"
