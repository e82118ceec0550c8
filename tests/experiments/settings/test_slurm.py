"""The table [slurm]: checked like all settings, and in no record's key."""

from pathlib import Path

import pytest

from experiments.freshness import basis
from experiments.settings.slurm import Slurm
from experiments.suite import load_suite
from report.errors import UserError
from tests.project import TINY


def written(folder: Path, table: str) -> str:
    path = folder / "tiny.toml"
    path.write_text(TINY + table)
    return str(path)


def test_what_a_suite_asks_for(tmp_path: Path) -> None:
    text = """
    [slurm]
    partition = "gpu"
    account = "course-8430"
    minutes = 90
    memory_gb = 8
    cpus = 4
    gpus = 1
    parts = 6
    """
    suite = load_suite(written(tmp_path, text))
    assert suite.slurm == Slurm(
        partition="gpu", account="course-8430", minutes=90, memory_gb=8, cpus=6, gpus=1
    )
    assert load_suite(written(tmp_path, text), smoke=True).slurm == suite.slurm
    assert load_suite(written(tmp_path, "")).slurm == Slurm()


def test_it_is_in_no_key(tmp_path: Path) -> None:
    task = "simulate-function"
    plain = basis(load_suite(written(tmp_path, "")), task)
    asked = basis(load_suite(written(tmp_path, "[slurm]\ngpus = 2\n")), task)
    assert plain.key == asked.key
    assert not any("slurm" in module for module in plain.sources)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[slurm]\npartitoin = 'gpu'", 'slurm.partitoin: unknown key; did you mean "partition"?'),
        ("[slrum]\ngpus = 1", 'slrum: unknown key; did you mean "slurm"?'),
        ("[slurm]\nminutes = 0", "slurm.minutes: must be at least 1"),
        ("[slurm]\nminutes = '60'", "slurm.minutes: "),
        ("[slurm]\nmemory_gb = -1", "slurm.memory_gb: "),
        ("[slurm]\nmemory_gb = inf", "slurm.memory_gb: "),
        ("[slurm]\ncpus = 0", "slurm.cpus: "),
        ("[slurm]\ngpus = -1", "slurm.gpus: "),
        ("[slurm]\naccount = ''", "slurm.account: "),
        ('[slurm]\naccount = "a\\ntouch hacked"', "slurm.account: "),
        ('[slurm]\npartition = "a\\n"', "slurm.partition: "),
        ("[slurm]\npartition = 'a b'", "slurm.partition: "),
        ("[slurm]\npartition = '$(touch hacked)'", "slurm.partition: "),
        ("[slurm]\nqos = '--uid=0'", "slurm.qos: "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, table: str, says: str) -> None:
    path = written(tmp_path, "\n" + table + "\n")
    with pytest.raises(UserError) as refused:
        load_suite(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert says in str(refused.value)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text("slurm = 3\n" + TINY)
    with pytest.raises(UserError, match="slurm: must be a table"):
        load_suite(str(path))
