"""From a sentence to its numbers and back, in both formats."""

from dataclasses import replace

from report.claims import Claim, Statement, evidence
from report.claims.claim import Line
from report.claims.trace import (
    SHOWN_VALUES,
    Numbered,
    answer,
    effect,
    entry,
    findings,
    reasons,
    values,
)
from report.numbers.statistics import Share, share
from report.numbers.trend import related
from report.words import format as fmt
from tests.report.records.build import record

RECORD = record(
    "train-on-task",
    metrics={
        "runs": [
            {"final_test_loss": v, "test_loss": [1.0, 0.25, None], "model": f"m{v}"}
            for v in (0.5, 0.25, 2e-5)
        ]
    },
)
SAY = Statement("sharpness.say", {"clearly_more": "It is {n}."}, headline=True)


def picture(task: str, name: str) -> str:
    return f"/{task}-{name}.svg"


def claim(estimate: Share | None = None, column: str = "final_test_loss") -> Claim:
    return SAY("clearly_more", [evidence(RECORD, "runs", column)], estimate, n=fmt.count(3))


def test_a_sentence_leads_to_its_evidence_and_shows_its_numbers() -> None:
    text = Numbered(7, claim()).sentence()
    assert text.startswith("[It is 3.]{.claim #claim-7}[7](/chapters/evidence.qmd#evidence-7)")
    assert "metrics.runs&#91;0-2&#93;.final&#95;test&#95;loss = 0.5000, 0.2500, 2.000" in text


def test_the_evidence_leads_back_to_its_sentence() -> None:
    text = entry(Numbered(7, claim()))
    assert "](/chapters/generalization.qmd#claim-7)]{#evidence-7}" in text
    assert "sharpness\\.say, verdict *clearly more*: It is 3." in text
    assert (
        "- `train-on-task: metrics.runs[0-2].final_test_loss`: 0\\.5000\\, 0\\.2500\\, 2\\.000"
        in text
    )


def test_many_values_are_told_by_their_range() -> None:
    runs = [{"final_test_loss": float(v), "model": f"m{v}"} for v in range(1, SHOWN_VALUES + 2)]
    many = record(metrics={"runs": runs})
    assert values(evidence(many, "runs", "final_test_loss")) == "7 values from 1.000 to 7.000"
    curves = values(evidence(RECORD, "runs", "test_loss"))
    assert curves == "three lists of numbers from 0.2500 to 1.000"
    assert values(evidence(many, "runs", "model")) == "seven entries"
    assert values(evidence(RECORD, "runs", "model")) == "m0.5, m0.25, m2e-05"


def test_an_effect_names_statistic_interval_and_n() -> None:
    found = effect(share(8, 10))
    assert found.startswith(" Effect, share: 0.800, 95\u00a0% interval \\[0.490, ")
    assert found.endswith(", n = 10.")
    ranked = effect(related([(x, x**2) for x in range(9)]))
    assert " Effect, rank correlation: 1.00, 95\u00a0% interval 1.00 at both ends" in ranked
    assert ranked.endswith(", p = 0.0010 by permutation, n = 9.")
    assert effect(None) == effect(related([(1, 2)])) == ""


def test_commentary_is_marked_as_generated_and_keeps_its_paragraphs() -> None:
    one, two, three, four = (Numbered(number, claim()) for number in range(1, 5))
    groups = [[], [one, two, three], [], [four]]
    begun = answer(groups)
    assert begun.startswith("::::: {.generated .answer}\n[It is 3.]{.claim #claim-1}")
    assert "#here-1" in begun and "claim-2" not in begun
    text = reasons(groups)
    assert text.startswith("::::: {.generated}\n[It is 3.]{.claim #claim-2}")
    first, second = text.split(":::: {.evidence-here .on-site}\n")[1:]
    assert '::: {#here-2 .grounds rests-on="runs 0-2"}\n[**2**]' in first and "#here-3" in first
    assert "Verdict: *clearly more*." in first and "claim-4" in first and "#here-4" in second
    assert "claim-1" not in text
    assert answer([[]]) == reasons([[]]) == reasons([[one]]) == answer([]) == reasons([]) == ""


def test_the_summary_has_a_line_for_each_headline() -> None:
    line = Line("Is it?", {"clearly_more": ("Yes.", "{n} of {n}")}, "loss")
    said = replace(SAY, line=line)(
        "clearly_more", [evidence(RECORD, "runs", "final_test_loss")], n=fmt.count(3)
    )
    text = findings({"One & two": [Numbered(1, said)], "Three": []}, picture)
    assert "| Is it? | [Yes.]{.claim #headline-1}[1](/chapters/evidence.qmd#evidence-1)" in text
    shown, small = text.splitlines()[4].split("| 3 of 3 | @fig-sharpness-loss")[1].split("![](")
    assert shown == "["
    assert small == (
        '/sharpness-loss.svg){.small fig-alt="Figure that answers: Is it?"}]'
        "(/chapters/generalization.qmd#fig-sharpness-loss){.on-site} |"
    )
    assert "Three" not in text and findings({}, picture) == ""


def test_a_headline_without_a_line_gives_its_sentence() -> None:
    text = findings({"One & two": [Numbered(1, claim())]}, picture)
    assert "| One \\& two | [It is 3.]{.claim #headline-1}" in text


def test_a_line_without_a_figure_refers_to_none() -> None:
    line = Line("Is it?", {"nothing": ("Nobody knows.", "{n}")}, "loss")
    statement = Statement("sharpness.say", {"nothing": "It is open."}, headline=True, line=line)
    said = statement("nothing", [evidence(RECORD, "runs", "final_test_loss")], n=fmt.count(0))
    assert "@fig" not in findings({"x": [Numbered(1, said)]}, picture)
