"""A render removes only files that a render made: no others, wherever the output folder is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.errors import UserError
from report.render import render
from report.render.quarto import find
from report.render.staging import MANIFEST, check_output, remove_site, staged
from tests.project import ROOT
from tests.report.render.programs import RECENT, fake_quarto, needed
from tests.report.render.test_replacing import digest

PAGES = {"index.html": "page", "chapters/optimization.html": "page", "report.pdf": "paper"}
MAKE = (
    'mkdir -p "$4/chapters"; echo page > "$4/index.html"; echo page > "$4/chapters/a.html"\n'
    'echo paper > "$4/report.pdf"\n'
)


def files(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def quick(project, tmp_path):
    """The sample book, and a Quarto that takes no time."""
    environment = fake_quarto(tmp_path / "bin", RECENT + MAKE)

    def into(output: str | Path) -> None:
        config = project / "_quarto.yml"
        lines = config.read_text().splitlines()
        named = [f"  output-dir: {output}" if "output-dir:" in line else line for line in lines]
        config.write_text("\n".join(named))
        render(project, "quarto", environment)

    return into


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (".", "is the project's folder"),
        ("./chapters/..", "lies in chapters|is the project's folder"),
        ("..", "contains the project"),
        ("/", "contains the project"),
        ("chapters", "lies in chapters"),
        ("Chapters/site", "lies in Chapters|lies in chapters"),
        ("results/full", "lies in results"),
        (".git", "lies in .git"),
        ("comments", "lies in comments"),
        ("own/site", "lies in own, which holds other things (notes.txt)"),
        ("own", "holds files that no render made (notes.txt)"),
        ("../public", "holds files that no render made (mine.html)"),
        ("link", "lies in chapters"),
        ("mine.txt", "is no folder"),
    ],
)
def test_a_place_with_other_things_is_refused(project, quick, tmp_path, output, reason):
    files(project, {"own/notes.txt": "mine", "mine.txt": "mine", ".git/HEAD": "ref"})
    files(project.parent / "public", {"mine.html": "mine"})
    (project / "link").symlink_to("chapters")
    before = digest(project.parent)
    with pytest.raises(UserError) as error:
        quick(output)
    assert any(part in str(error.value) for part in reason.split("|"))
    assert "\n" not in str(error.value)
    after = digest(project.parent)
    config = str((project / "_quarto.yml").relative_to(project.parent))
    assert {**after, config: b""} == {**before, config: b""}


def test_neighbors_of_the_site_are_not_ours(project, quick):
    mine = files(project.parent / "site.old", {"a/backup.txt": "mine"})
    with pytest.raises(UserError, match=r"site\.old: holds files that no render made"):
        quick("../site")
    assert (mine / "a/backup.txt").read_text() == "mine"
    shutil.rmtree(mine)
    files(project.parent / "site.new", {"draft.txt": "mine"})
    with pytest.raises(UserError, match=r"site\.new: holds files that no render made"):
        quick("../site")


def test_what_a_render_made_is_replaced(project, quick):
    for output in ("_site", "../public", "build/site"):
        quick(output)
        quick(output)
        site = project / output
        assert (site / MANIFEST).read_text().split() == [
            *("chapters/a.html", "index.html", "report.pdf")
        ]
        (site / "notes.txt").write_text("mine")
        with pytest.raises(UserError, match=r"notes\.txt"):
            quick(output)
        assert (site / "notes.txt").read_text() == "mine"


def test_what_killed_writes_left_is_removed(project, quick):
    left = {".index.qmd.0a1b2c3d.draft": "x", "data/.a.csv.0a1b2c3d.draft": "x", "own.qmd": "mine"}
    files(project / "chapters/_generated", left)
    quick("_site")
    there = [path for path in (project / "chapters/_generated").rglob("*") if path.is_file()]
    assert [path.name for path in there] == ["own.qmd"]


def test_a_site_on_another_disk(project, quick, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    (project / "_site").symlink_to(disk / "site")
    quick("_site")
    quick("_site")
    assert (project / "_site").is_symlink()
    assert [path.name for path in disk.iterdir()] == ["site"]
    assert (disk / "site" / "index.html").read_text() == "page\n"


def test_a_site_without_a_list(project, quick):
    """Of an earlier version, or of Quarto itself."""
    known = {**PAGES, ".rendered": "x", "site_libs/x.js": "x", "search.json": "[]",
             "assets/site.css": "x", "assets/blocks.css": "x",
             "results/full/figures/gone.svg": "x", "experiments/tasks/gone.py": "x"}  # fmt: skip
    site = files(project / "_site", known)
    shutil.copyfile(project / "references.bib", site / "references.bib")
    quick("_site")
    shutil.rmtree(site)
    for foreign in ("thesis.pdf", "other.html", "references.bib", "site.css", "chapters/x.qmd"):
        files(site, {**PAGES, foreign: "mine"})
        with pytest.raises(UserError, match=foreign):
            quick("_site")
        assert (site / foreign).read_text() == "mine"
        shutil.rmtree(site)


def test_a_list_cannot_name_what_lies_elsewhere(project, quick):
    mine = project / "mine.txt"
    mine.write_text("mine")
    files(project / "_site", {**PAGES, MANIFEST: "\n".join([*PAGES, "../mine.txt", "/etc/x"])})
    quick("_site")
    assert mine.read_text() == "mine"


def test_a_file_that_comes_while_rendering_stays(project):
    site = files(project / "_site", PAGES)
    with pytest.raises(UserError, match=r"notes\.txt"), staged(project, site) as new:
        files(new, PAGES)
        files(site, {"notes.txt": "mine"})
    assert (site / "notes.txt").read_text() == "mine"


def test_before_quarto_itself_replaces_a_folder(project):
    check_output(project, project / "_site")
    files(project / "_site", {**PAGES, "unknown.xml": "by Quarto"})
    check_output(project, project / "_site")
    with pytest.raises(UserError, match="project's folder"):
        check_output(project, project)
    files(project / "docs", {"notes.txt": "mine"})
    with pytest.raises(UserError, match=r"notes\.txt"):
        check_output(project, project / "docs")


@pytest.mark.long
@pytest.mark.parametrize("output", [".", "../public"])
def test_quarto_itself_is_stopped(project, output):
    """In a folder within the project it would be too late: see `check_output`."""
    needed("quarto")
    program = find({})
    files(project.parent / "public", {"mine.html": "mine"})
    shutil.copyfile(ROOT / "report" / "prerender.py", project / "report" / "prerender.py")
    config = project / "_quarto.yml"
    config.write_text(config.read_text().replace("output-dir: _site", f"output-dir: {output}"))
    before = digest(project.parent)
    surroundings = {"QUARTO_PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [program.program, "render", str(project)],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"homework: {(project / output).resolve()}: " in done.stderr
    after = digest(project.parent)
    assert {name: after.get(name) for name in before} == before


def test_cleaning(project, quick, tmp_path):
    quick("_site")
    (project / "_site" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"notes\.txt"):
        remove_site(project, project / "_site")
    (project / "_site" / "notes.txt").unlink()
    made = {"index.qmd": "x", "data/sharpness-loss.csv": "x", "figures/sharpness-loss.svg": "x"}
    files(project / "chapters/_generated", {**made, "own.qmd": "mine", "data/own.csv": "mine"})
    subprocess.run(
        [sys.executable, "-m", "report.book.clean"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert not (project / "_site").exists()
    left = (project / "chapters/_generated").rglob("*")
    assert sorted(path.name for path in left) == ["data", "own.csv", "own.qmd"]
