"""Awkward paths, other locales and time zones: the same records and figures."""

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from report.records import read_record
from tests.faults.commands import start
from tests.faults.compare import contents
from tests.project import ROOT, RUN, Homework, make_project

AWKWARD = "spaces  and \"quotes\" 'é' 中文 $HOME {{ x }} #;&%20%\\ -- "


def test_an_awkward_path(tmp_path: Path, straight: dict[str, Any]) -> None:
    folder = tmp_path / AWKWARD / "-project"
    make_project(folder)
    command = start(folder, *RUN)
    assert command.wait() == 0, command.text
    assert contents(folder / "results" / "tiny") == straight
    rendered = start(folder, "render", "--suite", "tiny", "--renderer", "builtin")
    assert rendered.wait() == 0, rendered.text
    assert (folder / "_site" / "report.pdf").stat().st_size > 10_000


@pytest.mark.parametrize("name", ["my suite", "a(b)", 'a"b', "{{< env HOME >}}", "a#b", "$x$"])
def test_a_suite_whose_name_would_be_more_than_a_name(ran: Homework, name: str) -> None:
    shutil.copyfile(ran.suite, ran.folder / f"{name}.toml")
    refused = ran("run", "--suite", f"{name}.toml")
    assert refused.code == 2
    assert f'suite "{name}"' in refused.err and "rename its file" in refused.err
    assert not (ran.folder / "results" / name).exists()
    ran.results.rename(ran.results.with_name(name))
    shown = ran("render", "--suite", name, "--renderer", "builtin")
    assert shown.code == 2
    assert "rename its file" in shown.err
    assert not (ran.folder / "_site").exists()


def test_a_suite_that_would_be_the_folder_above(ran: Homework) -> None:
    shutil.copyfile(ran.suite, ran.folder / "...toml")
    refused = ran("run", "--suite", "...toml")
    assert refused.code == 2
    assert 'suite ".."' in refused.err and "rename its file" in refused.err


@pytest.mark.long
@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "TZ": "Asia/Kathmandu"},
        {"LANG": "de_DE.UTF-8", "LC_ALL": "", "TZ": "Pacific/Kiritimati", "COLUMNS": "20"},
        {"TERM": "dumb", "NO_COLOR": "1", "PYTHONHASHSEED": "7", "HOME": "/nonexistent"},
    ],
    ids=str,
)
def test_locales_and_time_zones(
    tmp_path: Path, straight: dict[str, Any], environment: dict[str, str]
) -> None:
    folder = tmp_path / "über"
    make_project(folder)
    begun = datetime.now().timestamp()
    for arguments in (RUN, ("render", "--suite", "tiny", "--renderer", "builtin")):
        ended = subprocess.run(
            [sys.executable, "-c", "from report.cli import main; main()", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
    found = contents(folder / "results" / "tiny")
    for name in ("simulate-function.json", "train-on-task.json"):
        found[name]["provenance"]["command"] = straight[name]["provenance"]["command"]
    assert found == straight
    made = read_record(folder / "results" / "tiny" / "train-on-task.json").provenance.created
    assert made.endswith("+00:00")
    assert begun - 2 <= datetime.fromisoformat(made).timestamp() <= datetime.now().timestamp()
