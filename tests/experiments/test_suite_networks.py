"""The parameter counts of the five reference reports, from the built modules."""

import time
from functools import cache

import pytest

from experiments.suite import load_suite
from experiments.suite_networks import Listed, suite_models

# ASSIGNMENT.md, "Reference settings": suite, task, counts in the order of its table.
TABLE = {
    ("reference-a", "simulate-function"): [2241, 2209],
    ("reference-a", "parameter-count"): [
        5002, 17_962, 35_898, 136_874, 141_930, 545_098, 564_426, 845_034, 1_163_402, 2_251_146
    ],
    ("reference-b", "simulate-function"): [571, 572, 571],
    ("reference-b", "train-on-task"): [
        1_196_522, 1_221_050, 1_252_586, 428_938, 668_626, 868_366
    ],
    ("reference-b", "weight-trajectories"): [8280],
    ("reference-b", "gradient-norm"): [572, 8280],
    ("reference-b", "minimal-ratio"): [572],
    ("reference-b", "random-labels"): [153_962],
    ("reference-b", "parameter-count"): [
        4079, 21_435, 45_360, 55_630, 100_710, 166_060, 241_410, 326_760, 382_770, 491_360
    ],
    ("reference-b", "interpolation"): [448_160],
    ("reference-b", "sensitivity"): [448_160],
    ("reference-c", "simulate-function"): [573, 574, 573],
    ("reference-c", "train-on-task"): [36_458, 46_842, 430_102],
    ("reference-c", "weight-trajectories"): [11_085],
    ("reference-c", "gradient-norm"): [574, 11_085],
    ("reference-c", "minimal-ratio"): [385],
    ("reference-c", "random-labels"): [149_002],
    ("reference-c", "parameter-count"): [
        11_085, 12_029, 13_656, 16_904, 29_254, 52_004, 63_054, 74_754, 83_854, 130_122, 425_194
    ],
    ("reference-c", "interpolation"): [36_458],
    ("reference-c", "sensitivity"): [36_458],
    ("reference-d", "simulate-function"): [571, 572, 571],
    ("reference-d", "weight-trajectories"): [57],
    ("reference-d", "sensitivity"): [16_330],
    ("reference-e", "simulate-function"): [571, 572, 571],
    ("reference-e", "random-labels"): [397_510],
    ("reference-e", "parameter-count"): [
        39_760, 79_510, 119_260, 159_010, 198_760, 238_510, 278_260, 318_010, 357_760, 397_510
    ],
}  # fmt: skip


@cache
def listed_once(suite: str) -> list[Listed]:
    return suite_models(load_suite(suite))


@pytest.mark.parametrize(("suite", "task"), TABLE)
def test_the_counts_of_the_references(suite: str, task: str) -> None:
    listed = listed_once(suite)
    assert [row["parameters"] for row in listed if row["task"] == task] == TABLE[suite, task]


def test_all_suites_are_counted_within_seconds() -> None:
    begin = time.process_time()
    for letter in "abcde":
        assert suite_models(load_suite(f"reference-{letter}"))
    assert time.process_time() - begin < 3
