"""What is said about the number of parameters, on records whose truth is known."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.parameter_count import claims as parameter_count
from report.sections.parameter_count.claims import commentary
from report.sections.parameter_count.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import worded, wordings_of

SIZES = {f"m{n}": 100 * 2**n for n in range(8)}
"""100 to 12,800 parameters; DIGITS has 1,437 training images."""

Rule = Callable[[int], float]
"""Number of the structure → value."""


def saturating(n: int) -> float:
    return min(0.4 + 0.1 * n, 0.8)


def made(
    test: Rule = saturating,
    train: Rule = lambda n: min(0.5 + 0.1 * n, 1.0),
    train_loss: Rule = lambda n: 1 / (1 + n),
    test_loss: Rule = lambda n: 1 / (1 + n),
    *,
    seeds: int = 3,
    noise: float = 0.001,
    noises: dict[int, float] | None = None,
    diverged: Sequence[tuple[str, int]] = (),
    sizes: dict[str, int] = SIZES,
    examples: int = DIGITS.train_size,
    loss_noise: float = 0.01,
    noisy: Rule | None = None,
) -> Record:
    """A record whose values are given; seeds differ by `noise` in test accuracy.

    `noises` holds the noise of single structures; `loss_noise` is in decades. `noisy` gives the
    test loss of a second panel, whose labels are random in part.
    """
    random = np.random.default_rng(5)
    panels = [(0.0, test_loss)] + ([(0.2, noisy)] if noisy else [])
    runs = [
        _row(
            {"model": name, "parameters": size, "seed": seed},
            [train_loss(n), rule(n) * 10 ** float(random.normal(0, loss_noise))],
            [train(n), test(n) + (noises or {}).get(n, noise) * float(random.normal())],
            (name, seed) in diverged,
        )
        for _, rule in panels
        for n, (name, size) in enumerate(sizes.items())
        for seed in range(seeds)
    ]
    found = record(
        "parameter-count",
        dataset=DIGITS.model_copy(update={"train_size": examples}),
        models=tuple(model(name, 1, size) for name, size in sizes.items()),
        metrics={"runs": runs},
    )
    shares = [share for share, _ in panels for _ in range(len(sizes) * seeds)]
    for row, share in zip(found.rows("runs"), shares if noisy else (), strict=False):
        row |= {"label_noise": share, "examples": examples, "outputs": 10}
    return found


def _row(
    row: dict[str, Any], losses: list[float], accuracies: list[float], lost: bool
) -> dict[str, Any]:
    finals = {
        f"final_{split}_{name}": None if lost else values[place]
        for name, values in (("loss", losses), ("accuracy", accuracies))
        for place, split in enumerate(("train", "test"))
    }
    curve = [0.1] if lost else [0.1, accuracies[0]]
    return row | {"diverged_at": 1 if lost else None, "train_accuracy": curve} | finals


def said(made_record: Record) -> dict[str, Claim]:
    claims = [c for group in commentary(made_record) for c in group]
    # Of the two measures of a double descent the records here give the loss its truth.
    found = {c.id.partition(".")[2]: c for c in claims if c.about != "error"}
    assert len(found) == len(claims) - sum(c.about == "error" for c in claims)
    for claim in claims:
        assert not contradiction(claim)
        assert not faults(claim.text), (faults(claim.text), claim.text)
        assert all(evidence.holds(made_record) for evidence in claim.evidence)
    return found


def bump(drop: float) -> Rule:
    """Best at the sixth structure, lower from the seventh on."""
    return lambda n: saturating(n) + 0.001 * (n == 5) - (drop if n > 5 else 0)


def one_high(n: int) -> float:
    return 0.9 if n == 5 else 0.6 + 0.01 * n


def peaked(n: int) -> float:
    """A test loss with a valley at the second structure and a peak at the fifth."""
    return (1.0, 0.5, 0.8, 1.5, 3.0, 1.5, 0.6, 0.4)[n]


def falling(power: float) -> Rule:
    """Training losses that fall faster than the test loss, or more slowly."""
    return lambda n: (1 + n) ** -1.0 - 0.02 * n if power > 1 else (1 + n) ** -1.0 - 0.3 + 0.03 * n


ALL_LOST = [(name, seed) for name in SIZES for seed in range(3)]
THREE = dict(list(SIZES.items())[:3])
TWO = dict(list(SIZES.items())[:2])
ONE = dict(list(SIZES.items())[:1])
MANY = {"seeds": 8}
WILD = {"noise": 0.2, "seeds": 8}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("stops", "stops", {}),
    ("stops", "first", {"test": lambda n: 0.8 + 0.001 * (n > 3)}),
    ("stops", "alone", {"test": one_high}),
    ("stops", "helps", {"test": lambda n: 0.1 + 0.1 * n}),
    ("stops", "open", {"seeds": 1}),
    ("stops", "open", WILD),
    ("stops", "nothing", {"diverged": ALL_LOST}),
    ("before", "more", {}),
    ("before", "seen_more", {"sizes": THREE}),
    (
        "before",
        "alike",
        {"test": lambda n: 0.8 + 0.002 * (n > 2) + 0.004 * (n > 5), "noise": 0.0005},
    ),
    ("before", "undecided", {"seeds": 1}),
    ("after", "less", {"test": bump(0.1)}),
    ("after", "seen_less", {"test": lambda n: bump(0)(n) - 0.3 * (n == 7), "noises": {7: 0.05}}),
    ("after", "alike", {"test": bump(0)}),
    ("after", "undecided", {"test": bump(0.005), "noises": {7: 0.2}, **MANY}),
    ("trend", "rises", {"test": lambda n: 0.1 + 0.1 * n}),
    ("trend", "falls", {"test": lambda n: 0.9 - 0.05 * n}),
    ("trend", "undecided", {"test": lambda n: 0.8 + 0.05 * (n == 3)}),
    ("trend", "too_few", {"seeds": 1, "sizes": THREE}),
    ("fit", "from", {}),
    ("fit", "some", {"train": lambda n: 0.9 if n == 6 else min(0.5 + 0.1 * n, 1.0)}),
    ("fit", "never", {"train": lambda n: 0.5 + 0.01 * n}),
    ("gap", "rises", {"train": lambda n: saturating(n) + 0.02 * n, "train_loss": falling(2)}),
    (
        "gap",
        "falls",
        {"train": lambda n: saturating(n) + 0.2 - 0.02 * n, "train_loss": falling(0.5)},
    ),
    (
        "gap",
        "undecided",
        {"train": lambda n: saturating(n) + 0.05 * (n % 2), "train_loss": lambda n: 0.3 * (n % 2)}
        | {"test_loss": lambda n: 1.0, "loss_noise": 0.0},
    ),
    ("gap", "undecided", {"seeds": 1, "sizes": THREE}),
    ("gap", "differ", {"train": lambda n: saturating(n) + 0.02 * n, "train_loss": falling(0.5)}),
    (
        "gap",
        "partly_rises",
        {"train": lambda n: saturating(n) + 0.05 * (n % 2), "train_loss": falling(2)},
    ),
    (
        "gap",
        "partly_falls",
        {"train": lambda n: saturating(n) + 0.05 * (n % 2), "train_loss": falling(0.5)},
    ),
    ("test-loss", "lowest", {}),
    ("test-loss", "turns", {"test_loss": lambda n: 1 + abs(n - 3)}),
    ("test-loss", "alike", {"test_loss": lambda n: 1 + 0.1 * (n != 3)}),
    ("test-loss", "open", {"test_loss": lambda n: 1 + abs(n - 3), "seeds": 1}),
    ("test-loss", "open", {"test_loss": lambda n: 1 + abs(n - 3), "loss_noise": 1.0}),
    ("classical", "alike", {"test": lambda n: 0.8}),
    ("classical", "less", {"test": lambda n: saturating(n) - 0.05 * max(0, n - 3)}),
    ("classical", "seen_less", {"test": lambda n: 0.8 - 0.1 * n, "sizes": TWO, "examples": 150}),
    ("classical", "more", {"test": lambda n: 0.1 + 0.1 * n}),
    ("classical", "seen_more", {"sizes": TWO, "examples": 150}),
    ("classical", "undecided", {"seeds": 1}),
    ("double-descent", "shows", {"noisy": peaked, "seeds": 4}),
    ("double-descent", "shows", {"noisy": peaked, "seeds": 14}),
    ("double-descent", "absent", {"noisy": lambda n: 1.0 + n, "seeds": 14}),
    ("double-descent", "absent", {"noisy": lambda n: 9.0 - n, "seeds": 14}),
    ("double-descent", "open", {"noisy": lambda n: 1.0, "loss_noise": 0.1}),
    ("double-descent", "open", {"noisy": lambda n: 1.0 + n, "seeds": 8}),
    ("double-descent", "open", {"noisy": lambda n: 9.0 - n, "seeds": 8}),
    ("diverged", "some", {"diverged": [("m3", 1)]}),
    ("diverged", "all", {"diverged": ALL_LOST}),
]


SINGLE = ("stops", "single", {"sizes": ONE})
"""One structure: there is little to say, fewer sentences than of any other record."""


@pytest.mark.parametrize(("name", "verdict", "truth"), [*CASES, SINGLE])
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    claims = said(made(**truth))
    assert claims[name].verdict == verdict, claims[name].text


def test_every_wording_is_reached() -> None:
    reached = {(f"parameter-count.{name}", verdict) for name, verdict, _ in [*CASES, SINGLE]}
    assert worded(parameter_count, reached) == wordings_of(parameter_count)


@pytest.mark.parametrize("knee", range(1, 6))
def test_size_stops_where_the_rise_ends(knee: int) -> None:
    def rise(n: int) -> float:
        return 0.9 - 0.05 * max(0, knee - n) + 0.001 * (n == 7)

    claim = said(made(test=rise))["stops"]
    assert (claim.verdict, claim.values["knee"]) == ("stops", f"m{knee}")


def test_noise_never_makes_a_structure_good_enough_that_is_not() -> None:
    """The first three lack a point and more; with much noise none is named, or a larger one."""

    def rise(n: int) -> float:
        return 0.9 - 0.02 * max(0, 3 - n)

    for noise in (0.001, 0.005, 0.02, 0.1):
        claim = said(made(test=rise, noise=noise, seeds=4))["stops"]
        assert claim.verdict == "open" or claim.values["knee"] not in ("m0", "m1", "m2")


def test_the_order_of_the_structures_does_not_matter() -> None:
    turned = dict(reversed(SIZES.items()))
    found = said(made(test=lambda n: saturating(7 - n), sizes=turned))
    assert found["stops"].values["knee"] == said(made())["stops"].values["knee"] == "m4"


def test_one_collapsed_run_does_not_hide_where_size_stops_helping() -> None:
    given = made(test=bump(0))
    given.rows("runs")[1]["final_test_accuracy"] = 0.1
    assert said(given)["stops"].verdict == "stops"


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(test=bump(0.1), noise=0.0))
    assert "at 1,600 parameters, with *m4*" in claims["stops"].text
    assert "less than 0.50\u00a0percentage points of test accuracy" in claims["stops"].text
    assert "16 times the parameters, test accuracy rises from 40.00\u00a0% to 80.00\u00a0%" in (
        claims["before"].text
    )
    assert "falls to 70.00\u00a0% from 80.00\u00a0%" in claims["after"].text
    assert "four structures have more than the 1,437 training images" in claims["classical"].text
    assert "from *m5* on: with 3,200 parameters for 1,437" in claims["fit"].text


def test_a_spike_in_the_last_epoch_does_not_undo_a_fit() -> None:
    given = made()
    for row in given.rows("runs"):
        row["train_accuracy"] = [0.1, row["final_train_accuracy"], 0.5]
        row["final_train_accuracy"] = 0.5
    assert said(given)["fit"].values["model"] == "m5"


def test_theory_is_silent_without_both_sides_of_the_line() -> None:
    assert "classical" not in said(made(examples=50))
    assert "classical" not in said(made(examples=50_000))


def test_the_panel_with_noisy_labels_does_not_change_what_is_said_of_the_other() -> None:
    claims, other = said(made()), said(made(noisy=peaked))
    assert {c.text for c in claims.values()} <= {c.text for c in other.values()}


def test_the_error_descends_twice_though_the_smallest_structure_is_the_worst() -> None:
    given = made(noisy=lambda n: 1.0, seeds=14)
    random = np.random.default_rng(3)
    for row in given.rows("runs"):
        if row["label_noise"]:
            error = (0.9, 0.3, 0.32, 0.4, 0.5, 0.42, 0.3, 0.2)[int(row["model"][1:])]
            row["final_test_accuracy"] = 1 - error + 0.01 * float(random.normal())
    claims = [c for group in commentary(given) for c in group]
    found = next(c for c in claims if c.about == "error")
    assert found.verdict == "shows"
    assert (found.values["valley"], found.values["peak"], found.values["largest"]) == (
        "m1",
        "m4",
        "m7",
    )
    assert "for *m4*, 0.11 times the interpolation threshold, and falls to" in found.text


def test_the_panel_with_label_noise_has_a_figure_and_rows_of_its_own() -> None:
    found = section(made(noisy=peaked))
    assert [figure.name for figure in found.figures] == ["loss", "accuracy", "gap", "noise"]
    found.figures[-1].draw().savefig("/dev/null", format="svg")
    results = found.tables[-1]
    assert results.header[0] == "Noise" and len(results.rows) == 2 * len(SIZES)
    assert section(made(noisy=peaked)).figures[0].alt == section(made()).figures[0].alt


@pytest.mark.sweep
@pytest.mark.parametrize("truth", [{}, {"seeds": 1}, {"diverged": [("m0", s) for s in range(3)]}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["loss", "accuracy", "gap"]
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    names = [table.name for table in found.tables]
    assert names == ["models", "results"]
    assert all(len(table.rows) == len(SIZES) for table in found.tables)
    lost = len(truth.get("diverged", ()))
    assert ("as three runs diverged" in found.figures[0].caption) == bool(lost)
