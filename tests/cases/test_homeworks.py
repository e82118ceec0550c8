"""Suites for eight published homeworks, beside the documentation."""

import resource
from pathlib import Path

import pytest

from experiments.suite import load_suite
from tests.project import ROOT, Homework
from tests.real_data import REAL, needed

SUITES = sorted((ROOT / "docs" / "homeworks").glob("*.toml"))
SECONDS = 60
"""Of one core, for a smoke run."""


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_it_has_no_faults_and_counts_its_parameters(path: Path, homework: Homework) -> None:
    assert len(SUITES) == 8
    assert load_suite(str(path), smoke=True).tasks.keys() == load_suite(str(path)).tasks.keys()
    ended = homework("models", "--suite", path)
    assert ended.code == 0, ended.err
    counts = [line.split()[-1].replace(",", "") for line in ended.out.splitlines()]
    assert len(counts) > 10 and all(count.isdigit() for count in counts), ended.out


@pytest.mark.long
@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_its_smoke_run_takes_a_minute(path: Path, homework: Homework) -> None:
    needed("mnist", "cifar10")
    began = _seconds()
    run = ("run", "--smoke", "--suite", path, "--data-dir", REAL, "--workers", "1")
    ended = homework(*run)
    assert ended.code == 0, ended.err
    assert _seconds() - began < SECONDS


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime for one in used)
