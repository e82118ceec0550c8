"""What lines between solutions, sensitivity and sharpness show, worked out from their rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tests.mutations.reading import (
    LOG_MARGIN,
    Reading,
    Rows,
    apart,
    at_most,
    by_seed,
    differences,
    finite,
    near,
    ordered,
    rank,
    value,
    wrong,
)
from tests.mutations.training import OF, counted

SENSITIVITY = {
    "jacobian_norm": "the norm of the Jacobian of the output",
    "loss_gradient_norm": "the norm of the gradient of the loss",
}
SHARPNESS = {
    "epsilon_sharpness": "the ε-sharpness",
    "largest_eigenvalue": "the largest eigenvalue",
    "trace": "the trace",
}


def interpolation(r: Reading) -> Iterator[str]:
    """Barriers, what raises them, steepness and quality of the ends."""
    lines = r.rows("lines")
    alphas: Any = r.record.metrics["alphas"]
    places = [min(range(len(alphas)), key=lambda i: abs(alphas[i] - e)) for e in (0, 1)]
    for row in lines:
        curve = row["train_loss"]
        ends = [curve[p] for p in places] if curve else [None]
        row["ends"] = None if None in ends else float(np.mean(ends))
    floors = {
        case: max(0.1 * float(np.median(known)) if known else 0.0, 1e-6)
        for case in {row.get("case") for row in lines}
        for known in [finite(row["ends"] for row in lines if row.get("case") == case)]
    }
    by: dict[tuple[int, str], Rows] = {}
    for row in lines:
        by.setdefault((row["pair"], row["start"]), []).append(row)

    def heights(rows: Rows) -> dict[int, float]:
        floor = floors[rows[0].get("case")] if rows else 0.0
        return {s: max(v, floor) for s, v in by_seed(rows, "train_barrier").items()}

    tall_of: dict[str, list[bool]] = {}
    for start, name in (("same", "same-start"), ("different", "different-start")):
        own = [
            x
            for x in lines
            if x["start"] == start and x["train_barrier"] is not None and x["ends"] is not None
        ]
        tall = [x["train_barrier"] > 0 and x["train_barrier"] >= 0.1 * x["ends"] for x in own]
        told = "different starts," if start == "different" else "common"
        for line in (x.text for x in r.texts if (x.kind, x.name) == ("line", "contrast")):
            at = re.search(
                rf"(?:(\w+) of (\w+)|(no|the one) line)(?: lines?)? from {told}", line.lower()
            )
            if at and at[3]:
                counted_ = (float(at[3] != "no"), 1.0)
            else:
                counted_ = (value(at[1]), value(at[2])) if at else None
            if counted_ != (sum(tall), len(own)):
                yield f"line contrast: {sum(tall)} of {len(own)}: {line}"
        for m in r.find(name, r"less than (N) of the loss there \(by (N)(?: at most)?\)"):
            barriers = [x["train_barrier"] for x in own]
            fits = at_most(m[2], barriers) if "at most" in m[0] else near(m[2], barriers[0])
            if any(tall) or not fits:
                yield f"{name}: {sum(tall)} of {len(own)}: {m.string}"
        for m in r.find(name, "never rises above"):
            if any(x["train_barrier"] for x in own):
                yield f"{name}: a barrier: {m.string}"
        yield from counted(r, name, r"Of (\w+) lines .*?, (\w+) cross", len(own), sum(tall))
        for m in r.find(name, r"stands a barrier .*? or more, (N)(?: to (N))? high"):
            found = [x["train_barrier"] for x in own]
            if (
                not all(tall)
                or value(m[1]) > min(found) * 1.01
                or value(m[2] or m[1]) < max(found) * 0.99
            ):
                yield f"{name}: {sum(tall)} of {len(own)}: {m.string}"
        words = re.search(r"(the one|both|all (\w+)) lines?( that can be drawn)?", r.said(name))
        if words:
            number = {"the one": 1.0, "both": 2.0}.get(words[1]) or value(words[2])
            planned = sum(x["start"] == start for x in lines)
            if number != len(own) or (number < planned) != bool(words[3]):
                yield f"{name}: {len(own)} lines of {planned}: {r.said(name)}"
        tall_of[start] = tall
    for m in r.find("literature", "This is what|same order, though more|neither what|something"):
        truth = {"This is": any(tall_of["different"]) and not any(tall_of["same"])}
        truth["same or"] = any(tall_of["different"]) and any(tall_of["same"])
        if not truth.get(m[0][:7], True):
            yield f"literature: {tall_of}: {m.string}"
    changes = {
        pair: differences(heights(by[pair, "different"]), heights(by[pair, "same"]), log=True)
        for pair in {x["pair"] for x in lines}
        if {(pair, "same"), (pair, "different")} <= set(by)
    }
    changes = {pair: found for pair, found in changes.items() if len(found)}
    for words, sign in (("higher than from common ones", 1), ("lower than from common ones", -1)):
        for m in r.find("contrast", words):
            partly = "no order shows" in m.string
            signs = [not wrong(sign, found) for found in changes.values()]
            if not (any(signs) if partly else all(signs)):
                yield f"contrast: direction: {m.string}"
    for m in r.find("contrast", "the seeds do not agree, or are too few"):
        whole = [
            len(f) == len(by[p, "same"]) == len(by[p, "different"]) for p, f in changes.items()
        ]
        if all(
            ordered(f) and w and len(f) < 6 for f, w in zip(changes.values(), whole, strict=True)
        ):
            yield f"contrast: the seeds agree: {m.string}"
    alike = [not apart(found, LOG_MARGIN) for found in changes.values()]
    for m in r.find("contrast", "makes no difference that matters to the barrier"):
        if not (any(alike) if "no order shows" in m.string else all(alike)):
            yield f"contrast: not alike: {m.string}"
    for m in r.find("contrast", "depends on the training: .*"):
        for words, fits in (
            ("is higher", [not wrong(1, found) for found in changes.values()]),
            ("is lower", [not wrong(-1, found) for found in changes.values()]),
            ("does not differ", alike),
        ):
            if words in m[0] and not any(fits):
                yield f"contrast: none {words}: {m.string}"
    for m in r.find(
        "setting",
        r"[Tt]he (batch size|learning rate) counts: with (\S+) instead of (\S+) the barrier is (higher|lower)",
    ):
        column = m[1].replace(" ", "_")
        named = m.string.partition("; ")[0]
        groups: dict[str, Rows] = {}
        for x in lines:
            start = "a common start" if x["start"] == "same" else "different starts"
            groups.setdefault(f"{start} on {x.get('case')}", []).append(x)
        several = len({x.get("case") for x in lines}) > 1
        for place, own in groups.items():
            sides = [
                [x for x in own if {_shown(x, e, column) for e in ("first", "second")} == {v}]
                for v in (m[2], m[3])
            ]
            found = differences(*map(heights, sides), log=True)
            told = (place if several else place.partition(" on ")[0]) in named
            if told and len(found) and wrong(1 if m[4] == "higher" else -1, found):
                yield f"setting: direction: {m.string}"
    kinds = {x["start"] for x in lines if x["train_barrier"] is not None}
    own = [x for x in lines if x["start"] == ("different" if "different" in kinds else "same")]
    falls = finite(x["test_accuracy_barrier"] for x in own)
    deep = [f >= 0.005 for f in falls]
    for m in r.find(
        "accuracy",
        r"stays within (N)|On (\w+) of (\w+) lines|falls below the straight line between its ends, by (N)(?: to (N))?",
    ):
        if (
            (m[1] and any(deep))
            or (m[2] and (value(m[2]), value(m[3])) != (sum(deep), len(falls)))
            or (m[4] and not all(deep))
        ):
            yield f"accuracy: {sum(deep)} of {len(falls)}: {m.string}"
        if m[4] and m[5] and value(m[4]) / 100 > min(falls) + 1e-9:
            yield f"accuracy: bound {min(falls)}: {m.string}"
    lost = sum(x["train_barrier"] is None or x["test_barrier"] is None for x in lines)
    yield from counted(r, "lost", r"Of (\w+) lines (\w+) cannot", len(lines), lost)
    solutions = r.rows("solutions")
    for m in r.find(
        "quality",
        r"for (.*?), (N) for (.*?) \(|(?:with|in \w+ \w+ ?\w*, with) (N) of the test images against (N)",
    ):
        values = finite(x["final_test_accuracy"] for x in solutions)
        for text in [g for g in m.groups() if g and re.match(r"[\d.]+ %", g)]:
            if not min(values) - 1e-4 <= value(text) <= max(values) + 1e-4:
                yield f"quality: {text}: {m.string}"
        if m[4] and m[5] and value(m[4]) < value(m[5]):
            yield f"quality: direction: {m.string}"
    for m in r.find("rise", r"times? over|grows (N) against (N)"):
        if (
            m[1]
            and "climbs faster" in m.string
            and "at equal distance" in m.string.partition("(")[0]
        ):
            seen = m.string.partition(";")[0]
            if "at equal distance" in seen and value(m[1]) < value(m[2]):
                yield f"rise: direction: {m.string}"
    for m in r.find("steeper", r"^Where the (.*?) alone differs, .*|^The larger (.*?) has .*"):
        beyond = _beyond(r, (m[1] or m[2]).replace(" ", "_"))
        parts = m[0].split(" at equal distance")
        both = parts if m[1] else [parts[0], parts[0]]
        for place, text in enumerate(both):
            seen = [pair[place] for pair in beyond]
            for side, sign in (("steeper", 1), ("flatter", -1)):
                told = re.search(
                    rf"the {side} side in (?:all |the )?(\w+)(?: of (\w+))? pairs?", text
                )
                if told is None:
                    continue
                many, of = ({"both": "two"}.get(t, t) for t in told.groups())
                if value(of or many) != len(beyond) or value(many) > sum(
                    not wrong(sign, found) for found in seen if len(found)
                ):
                    yield f"steeper: {side} {seen}: {m.string}"


def _beyond(r: Reading, variable: str) -> list[list[Any]]:
    """For each pair that differs in the variable alone, by seed, how much faster (in logarithms) the
    loss grows beyond the end with the larger value: at equal distance, and relative to the norm.
    """
    alphas: Any = r.record.metrics["alphas"]
    out: Any = r.record.metrics["outward"]
    other = {"batch_size": "learning_rate", "learning_rate": "batch_size"}[variable]
    pairs: dict[int, Rows] = {}
    for x in r.rows("lines"):
        differ = [x[f"first_{v}"] != x[f"second_{v}"] for v in (variable, other)]
        if x["train_loss"] and x["train_barrier"] is not None and differ == [True, False]:
            pairs.setdefault(x["pair"], []).append(x)
    found = []
    for rows in pairs.values():
        own = [x for x in rows if x["start"] == "same"] or rows
        turn = (
            1
            if _number(own[0][f"first_{variable}"] or math.inf)
            > _number(own[0][f"second_{variable}"] or math.inf)
            else -1
        )
        plain, relative = [], []
        for x in own:
            loss = np.interp([0, -out, 1, 1 + out], alphas, x["train_loss"])
            plain.append(
                turn * np.log((1 + loss[1]) * (1 + loss[2]) / (1 + loss[0]) / (1 + loss[3]))
            )
            if x["first_relative_growth"] and x["second_relative_growth"]:
                ratio = x["first_relative_growth"] / x["second_relative_growth"]
                relative.append(turn * math.log(ratio))
        found.append([np.array(finite(plain)), np.array(finite(relative))])
    return found


def _shown(row: Mapping[str, Any], end: str, column: str) -> str:
    found = row[f"{end}_{column}"]
    return "all" if found is None else f"{found:g}"


def _points(rows: Rows, columns: Mapping[str, Any]) -> dict[tuple[Any, Any], dict[str, float]]:
    """Means over the seeds of each approach."""
    found: dict[tuple[Any, Any], Rows] = {}
    for row in rows:
        found.setdefault((row["batch_size"], row["learning_rate"]), []).append(row)
    return {
        key: {
            name: float(np.mean([_number(read(row)) for row in own]))
            for name, read in columns.items()
        }
        for key, own in found.items()
    }


def _number(found: Any) -> float:
    return math.nan if found is None else float(found)


def _related(points: Mapping[Any, Mapping[str, float]], x: str, y: str) -> float:
    return rank([p[x] for p in points.values()], [p[y] for p in points.values()])


def _directions(
    r: Reading, name: str, signs: Mapping[str, float], words: Mapping[str, str]
) -> Iterator[str]:
    """Widens, narrows, grows, falls: of the measures that a sentence names, or of all."""
    for m in r.find(name, r".*"):
        text = re.sub(r"from a batch size.*|: from .*|: the .* goes from .*", "", m.string)
        clauses = re.split(r";|, while|, so that| and (?=narrows|falls|shrinks|these)|, but", text)
        for clause in clauses:
            if name == "fit-held" and "gap in accuracy" in clause:
                continue
            up = re.search(
                r"\b(?:wider|widens|rises|grows|higher|so does|large batches to end in sharper solutions, and so they do|end in sharper|so they do)\b",
                clause,
            )
            down = re.search(
                r"\b(?:narrower|narrows|\*narrows\*|falls|shrinks|lower|fit the training set better|flatter|less sensitive)\b|\*narrow",
                clause,
            )
            if (
                re.search("Whether|whether|open|found large|no order|stays|leave", clause)
                and "so they do" not in clause
            ):
                continue
            turned = re.search("the less sensitive solutions that have the (wider)", clause)
            if bool(up) == bool(down) and not turned:
                continue
            said = -1 if down else 1
            chosen = [c for c in signs if words[c] in clause]
            every = re.search(
                "every measure|either definition|more sensitive|sharper solutions", clause
            )
            for column in chosen or (list(signs) if every else []):
                if not said * signs[column] > 0:
                    yield f"{name}: direction of {column} {signs[column]:.2f}: {m.string}"


def _accuracy(
    r: Reading, points: Mapping[Any, Mapping[str, float]], words: Mapping[str, str]
) -> Iterator[str]:
    """`but the gap in accuracy is wider by …`, of solutions at an equal training loss."""
    for m in r.find("fit-held", r"but the gap in accuracy is (.*)"):
        for way, names in re.findall(r"(wider|narrower) by (.*?)(?= and narrower|$)", m[1]):
            for column in [c for c in words if words[c] in names]:
                sign = _related(points, column, "accuracy_gap") * (1 if way == "wider" else -1)
                if not sign > 0:
                    yield f"fit-held: accuracy gap with {column}: {m.string}"


def _few(r: Reading, name: str, number: int, noun: str) -> Iterator[str]:
    for m in r.find(name, rf"(\w+) {noun} are too few"):
        if value(m[1]) != number or number >= 6:
            yield f"{name}: {number} are not too few: {m.string}"


def _sweeps(
    r: Reading, rows: Rows, settings: Any, measures: Mapping[str, str]
) -> dict[str, dict[float, dict[str, float]]]:
    """Means by the value of what is varied, the other variable as the settings have it."""
    found = {}
    size = r.record.datasets[0].train_size
    columns = {name: (lambda row, name=name: row[name]) for name in measures}
    for variable, other in (("batch_size", "learning_rate"), ("learning_rate", "batch_size")):
        wanted = [size if v is None else v for v in settings[f"{variable}s"]]
        held = size if settings["training"][other] is None else settings["training"][other]
        full = [
            {**x, "batch_size": size if x["batch_size"] is None else x["batch_size"]} for x in rows
        ]
        own = [x for x in full if x[other] == held and x[variable] in wanted]
        points = _points(own, columns)
        place = 0 if variable == "batch_size" else 1
        if len(points) > 1:
            found[variable] = {k[place]: points[k] for k in sorted(points, key=lambda k: k[place])}
    return found


def _moves(r: Reading, name: str, sweeps: Any, measures: Mapping[str, str]) -> Iterator[str]:
    """`from a batch size of 16 to 1024 the trace goes from 380 to 1041`, and the course."""
    for m in r.find(name, r"[Ff]rom (?:a (?:batch size|learning rate) of )?(N) to (N),? (.*)"):
        own = next(
            (s for s in sweeps.values() if near(m[1], next(iter(s))) and near(m[2], [*s][-1])), None
        )
        if own is None:
            yield f"{name}: no such sweep: {m.string}"
            continue
        texts = re.findall(r"from (-?[\d.e-]*\d) to (-?[\d.e-]*\d)", m[3])
        told = _named(m[3], measures)
        for (a, b), column in zip(texts, told, strict=True):
            curve = [point[column] for point in own.values()]
            if not (near(a, curve[0]) and near(b, curve[-1])):
                yield f"{name}: {column} from {curve[0]} to {curve[-1]}: {m.string}"
        steps = {c: np.diff([p[c] for p in own.values()]) for c in measures}
        for words, holds in (
            (r"(?:both|all) falling at every", lambda s: (s <= 0).all()),
            (r"(?:both|all) rising at every", lambda s: (s >= 0).all()),
            (r"(?:both|all) the same throughout", lambda s: (s == 0).all()),
        ):
            if re.search(words, m[3]) and not all(holds(s) for s in steps.values()):
                yield f"{name}: course: {m.string}"
        if len(told) == 1:
            (one,) = (steps[c] for c in told)
            shape = {"falling": (one <= 0).all(), "rising": (one >= 0).all()}
            said = re.search(r", (falling|rising|the same|with ups)", m[3])
            if not said or not shape.get(said[1], said[1] == "the same" or not any(shape.values())):
                yield f"{name}: course: {m.string}"
        if re.search(r"(both|all) with ups and downs", m[3]) and any(
            (s <= 0).all() or (s >= 0).all() for s in steps.values()
        ):
            yield f"{name}: course: {m.string}"


def _named(text: str, measures: Mapping[str, str]) -> list[str]:
    """The measures whose numbers a text gives by name; all of them where it names none."""
    return [
        c for c in measures if f"{measures[c]} goes" in text or f"{measures[c]} from" in text
    ] or [*measures]


def _held(r: Reading, name: str, sweeps: Any, measures: Mapping[str, str]) -> Iterator[str]:
    """`At an equal training loss the trace goes from 380 to 1041`: in one of the sweeps."""
    curves = [{c: [p[c] for p in own.values()] for c in measures} for own in sweeps.values()]
    for m in r.find(name, "At an equal training loss .*"):
        texts = re.findall(r"from (-?[\d.e-]*\d) to (-?[\d.e-]*\d)", m[0])
        told = _named(m[0].rpartition(": ")[2], measures)
        fits = [
            [
                near(a, curve[column][0]) and near(b, curve[column][-1])
                for (a, b), column in zip(texts, told, strict=True)
            ]
            for curve in curves
        ]
        if not any(map(all, fits)):
            yield f"{name}: {curves}: {m.string}"


def sensitivity(r: Reading) -> Iterator[str]:
    """Sensitivity with the gap, with the fit, with what is varied."""
    rows = r.rows("solutions")
    names = (*SENSITIVITY, "probability_jacobian_norm", "final_train_loss", "final_test_loss")
    stopped = r.rows("equal_loss")
    known, reached = (
        [x for x in table if None not in [x[n] for n in names]] for table in (rows, stopped)
    )
    done, held = ([x for x in table if x["jacobian_norm"] > 0] for table in (known, reached))
    columns: dict[str, Any] = {n: (lambda row, n=n: row[n]) for n in names}
    columns["loss_gap"] = lambda row: row["final_test_loss"] - row["final_train_loss"]
    columns["accuracy_gap"] = lambda row: row["final_train_accuracy"] - row["final_test_accuracy"]
    points = _points(done, columns)
    gap = {c: _related(points, c, "loss_gap") for c in SENSITIVITY}
    yield from _directions(r, "loss-gap", gap, SENSITIVITY)
    fit = {c: _related(points, c, "final_train_loss") for c in SENSITIVITY}
    yield from _directions(r, "fit", fit, SENSITIVITY)
    stopped_points = _points(held, columns)
    equal = {c: _related(stopped_points, c, "loss_gap") for c in SENSITIVITY}
    yield from _directions(r, "fit-held", equal, SENSITIVITY)
    yield from _accuracy(r, stopped_points, SENSITIVITY)
    for name in ("loss-gap", "fit-held"):
        yield from _few(
            r,
            name,
            len({(p["jacobian_norm"], p["loss_gap"]) for p in points.values()}),
            "approach(?:es)?",
        )
    for m in r.find("correlations", r"is (N) for .* and (N) for"):
        if not (near(m[1], gap["jacobian_norm"]) and near(m[2], gap["loss_gradient_norm"])):
            yield f"correlations: {gap}: {m.string}"
    for name, x, y, words in (
        (
            "novak",
            "probability_jacobian_norm",
            "accuracy_gap",
            ("these solutions agree", "say the opposite"),
        ),
        ("two-gaps", "loss_gap", "accuracy_gap", ("a common order (rank", "contradict each other")),
    ):
        truth = _related(points, x, y)
        for m in r.find(
            name,
            r"correlation (N)|too few|the same for",
        ):
            up, down = (
                words[0] in m.string and not truth > 0,
                words[1] in m.string and not truth < 0,
            )
            if (up or down) and "no common" not in m.string:
                yield f"{name}: direction {truth}: {m.string}"
            if m[1] and not near(m[1], truth):
                yield f"{name}: {truth}: {m.string}"
    yield from _moves(r, "sweep", _sweeps(r, done, r.record.settings, SENSITIVITY), SENSITIVITY)
    sweeps = _sweeps(r, held, r.record.settings, SENSITIVITY)
    yield from _held(r, "sweep-held", sweeps, SENSITIVITY)
    for name, number in (("diverged", len(rows) - len(known)), ("dead", len(known) - len(done))):
        for m in r.find(name, r"Of (\d+|\w+) (?:runs|networks),? (\w+)"):
            if (value(m[1]), value(m[2])) != (len(rows), number):
                yield f"{name}: {number} of {len(rows)}: {m.string}"
        if number and not r.said(name):
            yield f"{name}: not said of {number}"


def sharpness(r: Reading) -> Iterator[str]:
    """Sharpness with the gaps, with the fit, with what is varied, and rescaled."""
    rows = r.rows("solutions")
    names = (*SHARPNESS, "loss_gap", "accuracy_gap")
    done, held = (
        [x for x in table if None not in [x[n] for n in names]]
        for table in (rows, r.rows("equal_loss"))
    )
    columns: dict[str, Any] = {n: (lambda row, n=n: row[n]) for n in (*names, "train_loss")}
    points = _points(done, columns)
    for name, own, other in (
        ("loss-gap", points, "loss_gap"),
        ("accuracy-gap", points, "accuracy_gap"),
        ("fit", points, "train_loss"),
        ("fit-held", _points(held, columns), "loss_gap"),
    ):
        signs = {c: _related(own, c, other) for c in SHARPNESS}
        yield from _directions(r, name, signs, SHARPNESS)
        for m in r.find(name, r"(\w+) approach(?:es)? are too few|open whether"):
            if m[1] and value(m[1]) >= 6:
                yield f"{name}: not too few: {m.string}"
    yield from _accuracy(r, _points(held, columns), SHARPNESS)
    gap = {c: _related(points, c, "loss_gap") for c in SHARPNESS}
    for m in r.find("correlations", r"is (N) for .*?, (N) for .*, and (N) for"):
        if not all(near(t, v) for t, v in zip(m.groups(), gap.values(), strict=True)):
            yield f"correlations: {gap}: {m.string}"
    settings: Any = r.record.settings["solutions"]
    sweeps = _sweeps(r, done, settings, SHARPNESS)
    batch = {k: v for k, v in sweeps.items() if k == "batch_size"}
    yield from _moves(r, "batch-size", batch, SHARPNESS)
    sizes = _sweeps(r, held, settings, SHARPNESS).get("batch_size")
    yield from _held(r, "batch-size-held", {"": sizes} if sizes else {}, SHARPNESS)
    for name, sweep in (
        ("batch-size", sweeps.get("batch_size")),
        ("learning-rate", sweeps.get("learning_rate")),
        ("batch-size-held", sizes),
    ):
        if sweep is not None:
            signs = {c: rank([*sweep], [p[c] for p in sweep.values()]) for c in SHARPNESS}
            yield from _directions(r, name, signs, SHARPNESS)
    rescaled = [
        x for x in r.rows("rescaling") if None not in [x[c] for c in (*SHARPNESS, "test_loss")]
    ]
    rescaled.sort(key=lambda x: x["factor"])
    for m in r.find("rescaling", r"times (N)"):
        for text, column in zip(
            re.findall(r"from (-?[\d.e-]*\d) to (-?[\d.e-]*\d)", m.string), SHARPNESS, strict=False
        ):
            if not (near(text[0], rescaled[0][column]) and near(text[1], rescaled[-1][column])):
                yield f"rescaling: {column}: {m.string}"
        moved = [not 1 / 1.5 < x < 1.5 for c in SHARPNESS for x in [_ratio(rescaled, c)]]
        if ("and yet" in m.string and not all(moved)) or (
            "hardly moves" in m.string and any(moved)
        ):
            yield f"rescaling: {moved}: {m.string}"
    taken = {(x["batch_size"], x["learning_rate"], x["seed"]): x for x in rows}
    pairs = [
        (x, taken[key])
        for x in r.rows("whole")
        if (key := (x["batch_size"], x["learning_rate"], x["seed"])) in taken
        and None not in [side[c] for side in (x, taken[key]) for c in SHARPNESS]
    ]
    for m in r.find(
        "sample", r"Over all (\d+) .* of (\w+) solutions? change by (a factor of )?(N) at most"
    ):
        moves = [abs(whole[c] / x[c] - 1) for whole, x in pairs for c in SHARPNESS if x[c]]
        images = {whole["images"] for whole, _ in pairs}
        most = [1 + move for move in moves] if m[3] else moves
        if {value(m[1])} != images or value(m[2]) != len(pairs) or not at_most(m[4], most):
            yield f"sample: {moves}: {m.string}"
    lost = len(rows) - len(done)
    yield from counted(r, "lost", OF, len(rows), lost)
    if "level" in r.alt("rescaling") and any(
        abs(x["test_loss"] / rescaled[0]["test_loss"] - 1) > 2e-4
        for x in rescaled
        if rescaled[0]["test_loss"]
    ):
        yield f"alt rescaling: not level: {r.alt('rescaling')}"


def _ratio(rows: Rows, column: str) -> float:
    old, new = rows[0][column], rows[-1][column]
    return new / old if old else (1.0 if new == 0 else math.inf)
