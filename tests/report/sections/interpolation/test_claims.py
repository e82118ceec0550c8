"""What is said about lines between solutions, on records whose truth is known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.interpolation import claims as interpolation
from report.sections.interpolation.claims import commentary
from report.sections.interpolation.figures import section
from report.sections.interpolation.pairs import (
    growth_compared,
    other_losses,
    starts_compared,
    twins,
    with_ends,
)
from report.words.counts import Counted, some_of
from report.words.markdown import Markdown
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import worded, wordings_of

ALPHAS = [-0.5, 0.0, 0.5, 1.0, 1.5]
ENDS = (((64, 1e-3), (1024, 1e-3)), ((64, 1e-2), (1024, 1e-2)))
SIDES = ("first", "second")
SCORED = ("train", "test", "distance", "first_relative", "second_relative")
NOISE = (-1.0, 0.0, 1.0) * 3

Of = Callable[[int, str, int], float]
"""Pair, start, number of the seed → value."""


def high_between_starts(pair: int, start: str, seed: int) -> float:
    return 1 + 0.1 * NOISE[seed] if start == "different" else 0.001


def made(
    barrier: Of = high_between_starts,
    beyond: Of = lambda pair, start, seed: 1.0,
    accuracy: Callable[[int, int, int], float] = lambda pair, end, seed: 0.9,
    fall: float = 0.2,
    fall_noise: float = 0.01,
    *,
    starts: tuple[str, ...] = ("same", "different"),
    seeds: int = 3,
    pairs: int = 2,
    lost: tuple[tuple[int, int], ...] = (),
    settings: tuple[Any, ...] = ENDS,
    norms: tuple[float, float] = (10.0, 10.0),
    before: Of = lambda pair, start, seed: 0.1,
    cases: tuple[str, ...] = (),
    relative: tuple[float, float] | None = None,
    training: tuple[dict[str, Any], dict[str, Any]] | None = None,
) -> Record:
    """Lines with given barriers; losses of 0.1 at the solutions and beyond the first one.

    `beyond` is the training loss beyond the second solution, `before` that beyond the first,
    `accuracy` the test accuracy of the first (0) and the second (1) solution of a pair, `norms`
    their norms, `lost` the diverged second solutions, `cases` the data set of each pair,
    `relative` the growth at equal relative distance if not that on the line, `training` what the
    training of the two sides of every pair changes.
    """
    lines, solutions = [], []
    for pair, (first, second) in enumerate(settings[:pairs]):
        for end, (size, learning_rate) in enumerate((first, second)):
            for seed in range(seeds):
                solutions.append(
                    {
                        "batch_size": size,
                        "learning_rate": learning_rate,
                        "seed": seed,
                        "diverged_at": 1 if end == 1 and (pair, seed) in lost else None,
                        "parameter_norm": norms[end],
                        "final_train_loss": 0.1,
                        "final_test_loss": 0.2,
                        "final_train_accuracy": 1.0,
                        "final_test_accuracy": accuracy(pair, end, seed),
                    }
                    | ({"case": cases[pair]} if cases else {})
                )
        for seed in range(seeds):
            for start in starts:
                other = seed if start == "same" else (seed + 1) % seeds
                row: dict[str, Any] = {
                    "pair": pair,
                    "start": start,
                    "first_batch_size": first[0],
                    "first_learning_rate": first[1],
                    "first_seed": seed,
                    "second_batch_size": second[0],
                    "second_learning_rate": second[1],
                    "second_seed": other,
                    "distance": 5.0,
                    "reason": None,
                }
                row |= {"case": cases[pair]} if cases else {}
                height = barrier(pair, start, seed)
                after = beyond(pair, start, seed)
                for split in ("train", "test"):
                    row |= {
                        f"{split}_loss": [before(pair, start, seed), 0.1, 0.1 + height, 0.1, after],
                        f"{split}_accuracy": [0.9, 0.9, 0.9 - fall, 0.9, 0.8],
                        f"{split}_barrier": height,
                        f"{split}_barrier_alpha": 0.5,
                        f"{split}_accuracy_barrier": max(fall + fall_noise * NOISE[seed], 0),
                    }
                near, far = (0.5 * norm / max(norms) for norm in norms)
                grown = (1 + np.interp([-near, 1 + far], ALPHAS, row["train_loss"])) / 1.1
                for end, value in zip(SIDES, relative or grown, strict=True):
                    row[f"{end}_relative_growth"] = float(value)
                if (pair, other) in lost:
                    kept = [key for key in row if key.startswith(SCORED)]
                    row |= dict.fromkeys(kept) | {"reason": "a solution of the pair diverged"}
                lines.append(row)
    return record(
        "interpolation",
        settings={
            "training": {"optimizer": "adam"},
            "seeds": list(range(seeds)),
            "pairs": [
                {
                    end: {"batch_size": size, "learning_rate": rate}
                    | ({"training": training[n]} if training else {})
                    for n, (end, (size, rate)) in enumerate(zip(SIDES, ends, strict=True))
                }
                for ends in settings[:pairs]
            ],
        },
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"alphas": ALPHAS, "outward": 0.5, "lines": lines, "solutions": solutions},
    )


def said(made_record: Record) -> dict[str, Claim]:
    """Claims by name; of those about pairs, the one about the first pair."""
    found: dict[str, Claim] = {}
    for claim in (claim for group in commentary(made_record) for claim in group):
        assert not contradiction(claim)
        assert not faults(claim.text), claim.text
        assert all(used.holds(made_record) for used in claim.evidence)
        found.setdefault(claim.id.partition(".")[2], claim)
    return found


def flat(height: float) -> Of:
    return lambda pair, start, seed: height


def contrast(*factors: float, noise: float = 0.01) -> Of:
    """By pair, how many times higher the barrier is between different starts; noise in decades."""

    def height(pair: int, start: str, seed: int) -> float:
        return factors[pair % len(factors)] * 10 ** (noise * NOISE[seed]) if start != "same" else 1

    return height


def setting(*factors: float, noise: float = 0.01) -> Of:
    """From a common start and different ones, how many times higher it is for the second pair."""

    def height(pair: int, start: str, seed: int) -> float:
        factor = factors[0 if start == "same" else 1]
        return factor * 10 ** (noise * NOISE[seed]) if pair else 1

    return height


def steep(factor: float, noise: float = 0.001) -> Of:
    """One plus the loss grows so many times beyond the second solution; noise in decades."""
    return lambda pair, start, seed: 1.1 * factor * 10 ** (noise * NOISE[seed]) - 1


def better(*first: float, noise: float = 0.0001) -> Callable[[int, int, int], float]:
    """By pair, the test accuracy of the first solution minus that of the second."""
    return lambda pair, end, seed: (
        0.9 + (first[pair % len(first)] + noise * NOISE[seed] if end == 0 else 0)
    )


def keskar(*values: float, noise: float = 0.0001) -> dict[str, Any]:
    """The second solution is the steeper one; the first is better by the value of each pair."""
    return SIX | {"beyond": flat(4.0), "accuracy": better(*values, noise=noise)}


def unsure(sure: float) -> Callable[[int, int, int], float]:
    """The first pair differs by `sure`, the second in an order that changes with the seed."""
    return lambda pair, end, seed: 0.9 + ((0.05 * NOISE[seed] if pair else sure) if end == 0 else 0)


def one_sure(factor: float) -> Of:
    """Higher by a factor between different starts for the first pair, without order for the other.

    Half of the seeds of the second pair say the one, half the other.
    """
    return lambda pair, start, seed: 1 if start == "same" else 10 ** NOISE[seed] if pair else factor


def start_sure(factor: float) -> Of:
    """Higher for the second pair from a common start, without order from different ones."""
    return lambda pair, start, seed: (
        1 if not pair else factor if start == "same" else 10 ** NOISE[seed]
    )


def sides(first: float, second: float, norms: tuple[float, float]) -> dict[str, Any]:
    """Losses beyond both ends, and norms of the solutions there."""
    return SIX | {"before": flat(first), "beyond": flat(second), "norms": norms}


ALL = tuple((pair, seed) for pair in range(2) for seed in range(3))
ONE = {"seeds": 1}
SIX = {"seeds": 6}
ODD: Of = lambda pair, start, seed: (0.1, 9.9, 0.0)[int(NOISE[seed])]  # noqa: E731
LOUD: Of = lambda pair, start, seed: 10 ** (1 + NOISE[seed])  # noqa: E731
SETS = (*ENDS, ((32, 1e-3), (32, 1e-2)), ((16, 1e-4), (16, 1e-3)))
"""Pairs of batch sizes and of learning rates."""
TWO = {"settings": (*ENDS, *ENDS), "pairs": 4, "cases": ("MNIST", "MNIST", "CIFAR-10", "CIFAR-10")}
"""The same pairs on two data sets."""
MANY_PAIRS = SIX | {"settings": SETS, "pairs": 4, "beyond": flat(4.0), "relative": (1, 1)}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("same-start", "none", {}),
    ("same-start", "flat", {"barrier": flat(0.0)}),
    ("different-start", "flat", {"barrier": flat(0.0)}),
    ("same-start", "some", {"barrier": lambda p, start, s: 0.5 if p == 1 else 0.001}),
    ("same-start", "all", {"barrier": flat(0.5)}),
    ("different-start", "none", {"barrier": flat(0.002)}),
    ("different-start", "some", {"barrier": lambda p, start, s: 0.5 if p == 1 else 0.001}),
    ("different-start", "all", {}),
    ("contrast", "more", {}),
    ("contrast", "more", SIX),
    ("contrast", "less", SIX | {"barrier": contrast(0.5)}),
    ("contrast", "alike", SIX | {"barrier": contrast(1.0)}),
    ("contrast", "alike", SIX | {"barrier": flat(0.0)}),
    ("contrast", "undecided", {"barrier": contrast(1.0, noise=1)}),
    ("contrast", "undecided", ONE),
    ("contrast", "differ", SIX | {"barrier": contrast(5.0, 0.2)}),
    ("contrast", "partly_more", SIX | {"barrier": one_sure(9.0)}),
    ("contrast", "partly_less", SIX | {"barrier": one_sure(0.2)}),
    ("contrast", "partly_alike", SIX | {"barrier": one_sure(1.0)}),
    ("setting", "more", SIX | {"barrier": setting(5.0, 3.0)}),
    ("setting", "less", SIX | {"barrier": setting(0.2, 0.3)}),
    ("setting", "alike", SIX | {"barrier": setting(1.0, 1.0)}),
    ("setting", "undecided", ONE),
    ("setting", "differ", SIX | {"barrier": setting(5.0, 0.3)}),
    ("setting", "partly_more", SIX | {"barrier": start_sure(5.0)}),
    ("setting", "partly_less", SIX | {"barrier": start_sure(0.2)}),
    ("setting", "partly_alike", SIX | {"barrier": start_sure(1.0)}),
    ("accuracy", "all", {}),
    ("accuracy", "some", {"fall": 0.005, "fall_noise": 0.001}),
    ("accuracy", "none", {"fall": 0.002, "fall_noise": 0.001}),
    ("literature", "agrees", {}),
    ("literature", "partly", {"barrier": contrast(5.0)}),
    ("literature", "differs", {"barrier": contrast(0.5)}),
    ("literature", "open", {"barrier": contrast(1.0, noise=1)}),
    ("rise", "more", sides(4.0, 0.1, (10, 10))),
    ("rise", "less", sides(0.1, 4.0, (10, 10))),
    ("rise", "alike", sides(0.1, 0.11, (10, 10))),
    ("rise", "undecided", {"before": LOUD, "beyond": flat(9.0)}),
    ("rise", "differ", sides(4.0, 4.0, (10, 1))),
    ("rise", "partly_more", SIX | {"before": LOUD, "beyond": flat(9.0), "norms": (9, 0.01)}),
    ("rise", "partly_less", SIX | {"before": LOUD, "beyond": flat(9.0), "norms": (0.01, 9)}),
    ("rise", "partly_alike", SIX | {"before": ODD, "norms": (0.01, 9), "beyond": flat(0.1)}),
    ("quality", "more", SIX | {"beyond": flat(0.1), "accuracy": better(0.05)}),
    ("quality", "less", SIX | {"beyond": flat(0.1), "accuracy": better(-0.05)}),
    ("quality", "alike", SIX | {"beyond": flat(0.1)}),
    ("quality", "seen_more", {"beyond": flat(0.1), "accuracy": better(0.05)}),
    ("quality", "seen_less", {"beyond": flat(0.1), "accuracy": better(-0.05)}),
    ("quality", "undecided", ONE),
    ("flat-and-good", "more", keskar(0.05, 0.04)),
    ("flat-and-good", "less", keskar(-0.05, -0.04)),
    ("flat-and-good", "alike", keskar(0.0, 0.0)),
    ("flat-and-good", "undecided", keskar(0.0, 0.0, noise=0.1)),
    ("flat-and-good", "differ", keskar(0.05, -0.05)),
    ("flat-and-good", "partly_more", SIX | {"beyond": flat(4.0), "accuracy": unsure(0.05)}),
    ("flat-and-good", "partly_less", SIX | {"beyond": flat(4.0), "accuracy": unsure(-0.05)}),
    ("flat-and-good", "partly_alike", SIX | {"beyond": flat(4.0), "accuracy": unsure(0.0)}),
    ("steeper", "same", SIX | {"settings": SETS, "pairs": 4, "beyond": flat(4.0)}),
    ("steeper", "differ", MANY_PAIRS),
    ("lost", "some", {"lost": ((1, 2),)}),
    ("lost", "all", {"lost": ALL}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    reached = {(f"interpolation.{name}", verdict) for name, verdict, _ in CASES}
    assert worded(interpolation, reached) == wordings_of(interpolation)


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(barrier=setting(5.0, 3.0, noise=0), beyond=steep(3)))
    assert "on all six lines" in claims["same-start"].text
    assert claims["same-start"].text.endswith("1.00 to 5.00 high.")
    assert "with 0.01 instead of 0.001 the barrier is higher, in all three seeds by a factor" in (
        claims["setting"].text
    )
    assert "of 5.0 from a common start and of 3.0 from different starts" in claims["setting"].text
    assert "grows 3.0 against 1.0 times over 50\u00a0% of the distance" in claims["rise"].text
    assert claims["rise"].text.startswith("For batch size 64 against 1,024, learning rate 0.001")


def test_every_pair_has_its_own_factor() -> None:
    text = said(made(barrier=contrast(5.0, 2.0, noise=0), seeds=6))["contrast"].text
    assert "by a factor of 5.0 for learning rate 0.001 and of 2.0 for learning rate 0.01" in text
    assert "seeds" not in text
    only = said(made(barrier=one_sure(9.0), seeds=6))["contrast"].text
    assert "by a factor of 9.0 for learning rate 0.001; for learning rate 0.01 no order" in only


def test_a_barrier_that_does_not_matter_is_not_told_as_many_times_another() -> None:
    """Both below a tenth of the loss at the ends: 0.009 is not nine times 0.001."""
    low = made(barrier=lambda p, start, s: 0.009 if start == "different" else 0.001, seeds=6)
    assert said(low)["contrast"].verdict == "alike"
    zero = made(barrier=lambda p, start, s: 1.0 if start == "different" else 0.0, seeds=6)
    assert "by a factor of 100 for" in said(zero)["contrast"].text


def test_a_barrier_is_a_share_of_the_loss_at_the_ends() -> None:
    for height, verdict in ((0.0099, "none"), (0.0101, "all")):
        assert said(made(barrier=flat(height)))["same-start"].verdict == verdict


def test_one_line_is_spoken_of_as_one() -> None:
    claims = said(made(seeds=1, pairs=1))
    assert "on the one line between them" in claims["same-start"].text
    assert "On the one line with different initial weights" in claims["accuracy"].text
    assert "setting" not in claims and "flat-and-good" not in claims
    assert "on both lines between them" in said(made(seeds=2, pairs=1))["same-start"].text


def test_lost_lines_are_not_counted_among_all() -> None:
    claims = said(made(lost=((1, 2),)))
    assert "on all five lines that can be drawn between them" in claims["same-start"].text
    assert claims["contrast"].verdict == "partly_more"
    assert claims["lost"].text.startswith("Of 12 lines two cannot be compared")


def test_a_pair_alone_is_no_rule() -> None:
    assert "flat-and-good" not in said(made(pairs=1, **keskar(0.05)))
    lost = made(**keskar(0.05, 0.05) | {"lost": tuple((1, seed) for seed in range(6))})
    assert "flat-and-good" not in said(lost)


def test_steepness_is_also_told_relative_to_the_norm() -> None:
    """Equal rises at equal distance; the second solution is a tenth as long, its step with it."""
    turned = made(**sides(4.0, 4.0, (10, 1)))
    rows = with_ends(turned).query("pair == 0 and start == 'same'")
    found = growth_compared(turned, rows, ("a", "b"))
    assert found["absolute"].verdict == "alike" and found["relative"].verdict == "more"
    first, second = (10**center for center in found["relative"].centers)
    assert first == pytest.approx(5 / 1.1) and second == pytest.approx((1.1 + 0.39) / 1.1)
    text = said(turned)["rise"].text
    assert "beyond batch size 64 relative to the norm of the weights and neither at equal" in text
    bare = rows.assign(first_relative_growth=None)
    assert list(growth_compared(turned, bare, ("a", "b"))) == ["absolute"]


def test_settings_are_compared_where_nothing_else_differs() -> None:
    assert twins(with_ends(made())) == [("learning_rate", 1, 0)]
    three = (*ENDS, ((64, 1e-1), (1024, 1e-1)))
    assert twins(with_ends(made(settings=three, pairs=3))) == [("learning_rate", 2, 0)]
    sizes = (((None, 1e-3), (None, 1e-2)), ((64, 1e-3), (64, 1e-2)))
    assert twins(with_ends(made(settings=sizes))) == [("batch_size", 0, 1)]
    other = (((64, 1e-3), (1024, 1e-3)), ((32, 1e-2), (1024, 1e-2)))
    assert twins(with_ends(made(settings=other))) == []
    text = said(made(setting(0.2, 0.3), settings=sizes))["setting"].text
    assert text.startswith("The batch size counts: with all instead of 64 the barrier is higher")


def test_an_outlier_decides_nothing() -> None:
    wild = made(barrier=lambda p, start, s: 500.0 if (start, s) == ("different", 5) else 1, seeds=6)
    assert said(wild)["contrast"].verdict in ("undecided", "alike")


def test_losses_of_zero_are_compared() -> None:
    exact = made(barrier=flat(0.0))
    for row in exact.rows("lines"):
        row["train_loss"] = [0.0] * 5
    claims = said(exact)
    assert claims["same-start"].verdict == "flat" and claims["contrast"].verdict == "undecided"
    assert starts_compared(with_ends(exact))[0].value == 0


def test_swapped_ends_swap_what_is_said() -> None:
    turned = tuple((second, first) for first, second in ENDS)
    claims = said(made(accuracy=better(0.05), beyond=steep(3), settings=turned, pairs=1))
    assert "faster beyond batch size 64 than beyond batch size 1,024" in claims["rise"].text
    assert "batch size 1,024 gives the better solution" in claims["quality"].text


def test_what_differs_is_what_is_named() -> None:
    rates = (((64, 1e-3), (64, 1e-2)), ((None, 1e-5), (10, 1e-3)))
    first, second = (
        said(made(accuracy=better(0.05), settings=(ends,), pairs=1))["quality"] for ends in rates
    )
    assert "learning rate 0.001 gives the better solution" in first.text
    assert "the full batch and learning rate 1×10⁻⁵ gives the better" in second.text


def test_sides_may_differ_in_their_training() -> None:
    ends = (((64, 1e-3), (64, 1e-3)),)
    changes = ({}, {"optimizer": {"name": "SGD", "momentum": 0.9}, "weight_decay": 0.01})
    of = made(accuracy=better(0.05), settings=ends, pairs=1, training=changes)
    claims = said(of)
    assert "two, Adam gives the better solution" in claims["quality"].text
    assert "batch size 64, learning rate 0.001, Adam against SGD" in claims["rise"].text
    figures = section(of)
    table = next(table for table in figures.tables if table.name == "solutions")
    assert [row[2].startswith("SGD") for row in table.rows] == [False, True]
    assert section(made()).tables[1].header[2] != "Training"
    figures.figures[0].draw()


def test_the_loss_of_a_line_is_told_where_its_sides_have_two() -> None:
    def of(*changes: dict[str, Any]) -> Record:
        ends = (((64, 1e-3), (64, 1e-3)),)
        return made(settings=ends, pairs=1, training=(changes[0], changes[1]))

    two = of({"loss": "mse"}, {"loss": "cross_entropy"})
    assert "$L$ is that of the first all along" in section(two).words["losses"]
    assert not other_losses(of({"loss": "mse"}, {"loss": "mse", "optimizer": {"name": "SGD"}}))
    assert section(made()).words["losses"] == ""


def test_data_sets_are_told_apart() -> None:
    claims = said(made(barrier=contrast(5.0, 2.0, 4.0, 3.0), seeds=6, **TWO))
    assert claims["contrast"].text.endswith("than from common ones, by factors of 2.0 to 5.0.")
    higher = said(made(barrier=lambda p, start, s: (1, 5, 1, 3)[p], seeds=6, **TWO))["setting"]
    assert "from 3.0 from a common start on CIFAR" in higher.text and "on MNIST." in higher.text
    assert higher.text.startswith("The learning rate counts: with 0.01 instead of 0.001")
    only = said(made(barrier=lambda p, start, s: 0.5 if p == 2 else 0.001, **TWO))["same-start"]
    assert "highest is 0.500, for batch size 64 against 1,024, learning rate 0.001 on CIFAR" in (
        only.text
    )


def test_a_barrier_matters_by_the_losses_of_its_own_data_set() -> None:
    apart = made(barrier=lambda p, start, s: 1.0 if start == "different" else 0.01, seeds=6, **TWO)
    for row in apart.rows("lines"):
        if row["case"] == "CIFAR-10":  # losses of 10 at the ends: a barrier of 1 just matters
            row["train_loss"] = [10.0, 10.0, 10.0, 10.0, 10.0]
    found = starts_compared(with_ends(apart))
    assert [one.direction for one in found.values()] == [1, 1, 0, 0]


def test_the_steeper_sides_of_many_pairs_are_counted() -> None:
    """The loss climbs beyond the second end, of larger batch or rate: at equal distance alone."""
    claims = [claim for group in commentary(made(**MANY_PAIRS)) for claim in group]
    (of_batch, of_rate) = [claim for claim in claims if claim.id == "interpolation.steeper"]
    assert "the batch size alone" in of_batch.text and "the learning rate alone" in of_rate.text
    assert "has the steeper side in both pairs at equal distance, and neither" in of_batch.text
    shown = of_batch.values["absolute_steeper"]
    assert isinstance(shown, Counted) and not contradiction(of_batch)
    planted = some_of(1, 2, "pair")
    planted.of = shown.of
    values = {**of_batch.values, "absolute_steeper": planted}
    wrong = replace(of_batch, values=values, text=Markdown(of_batch.text.replace(shown, planted)))
    assert 'says "one of two pairs"' in contradiction(wrong)


def test_one_start_alone() -> None:
    claims = said(made(starts=("same",)))
    assert "contrast" not in claims
    assert "different-start" not in claims
    assert "common initial weights" in claims["accuracy"].text
    assert "same-start" not in said(made(starts=("different",)))


@pytest.mark.sweep
@pytest.mark.parametrize("truth", [{}, {"lost": ALL}, ONE | {"pairs": 1}, TWO])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    drawn = [] if truth.get("lost") == ALL else ["loss", "accuracy"]
    assert [figure.name for figure in found.figures] == drawn
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    assert [table.name for table in found.tables] == ["settings", "solutions", "lines"]
    assert all(table.markdown("interpolation") for table in found.tables)


def test_a_loss_of_zero_can_be_drawn() -> None:
    exact = made(barrier=lambda pair, start, seed: -0.1)  # 0 in the middle
    for figure in section(exact).figures:
        figure.draw().savefig("/dev/null", format="svg")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([((64, 0.01), (1024, 0.01))], ", cut into batches of different size"),
        ([((64, 0.01), (64, 0.1))], ""),
        ([((None, 0.01), (None, 0.1))], ""),
        (
            [((64, 0.01), (64, 0.1)), ((64, 0.01), (1024, 0.01))],
            ", cut into batches of different size where a pair compares batch sizes",
        ),
    ],
)
def test_only_pairs_of_batch_sizes_cut_the_examples_otherwise(ends: list[Any], said: str) -> None:
    assert section(made(settings=tuple(ends), pairs=len(ends))).words["cut"] == said


def test_the_last_alpha_is_not_rounded() -> None:
    given = made()
    moved = {"alphas": [-0.5, 0.0, 0.5, 1.0, 2.05]}
    words = section(given.model_copy(update={"metrics": given.metrics | moved})).words
    assert (words["low"], words["high"]) == ("−0.5", "2.05")
