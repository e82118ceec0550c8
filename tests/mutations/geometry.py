"""What gradients, trajectories, critical points and surfaces show, worked out from their rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.mutations.reading import (
    LOG_MARGIN,
    NUMBER,
    Reading,
    Rows,
    agree,
    apart,
    at_least,
    at_most,
    by_seed,
    differences,
    finite,
    near,
    order,
    ordered,
    rank,
    value,
    wrong,
)
from tests.mutations.training import KEYS, OF, counted, diverged


def gradient_norm(r: Reading) -> Iterator[str]:
    """How the norm goes, whether it vanishes, how it goes with the loss."""
    name_of = {case["title"]: case["case"] for case in r.rows("cases")}
    rows_of = {c["case"]: [x for x in r.rows() if x["case"] == c["case"]] for c in r.rows("cases")}
    done = {
        case: [x for x in rows if x["final_loss"] is not None] for case, rows in rows_of.items()
    }

    def case_of(text: str) -> str:
        found = KEYS.search(text)
        return found[1] if found else name_of[text]

    def late(row: dict[str, Any]) -> float | None:
        if row["final_loss"] is None:
            return None
        pairs = zip(row["epoch"], row["full_gradient_norm"], strict=True)
        return float(np.median([v for e, v in pairs if e >= 0.75 * row["epoch"][-1]]))

    change = {
        case: differences(by_seed(rows, late), by_seed(rows, "initial_gradient_norm"), log=True)
        for case, rows in rows_of.items()
    }
    for m in r.find("fall", r"On (.*?), the gradient norm (falls|rises|is)"):
        found = change[case_of(m[1])]
        words = {"more": "norm rises", "less": "norm falls", "alike": "too close"}
        yield from order("fall", m.string, found, LOG_MARGIN, **words)
        whole = len(found) == len(rows_of[case_of(m[1])]) < 6
        if "settles no direction" in m.string and whole and ordered(found):
            yield f"fall: the seeds agree: {m.string}"
    for words, sign in (
        (r"^On (.*?) the gradient gets shorter", -1),
        (r"^On (.*?) the gradient gets longer", 1),
        (r"^On (.*?) the gradient keeps its length", None),
        (r"it does on (.*?)(?: and (?:it|no)|, it|\.|$)", -1),
        (r"it gets longer on (.*?)(?: and (?:it|no)|, it|\.|$)", 1),
        (r"(?:open: on |; on |settled on )(.*?)(?:, these| no order|;|\.)", 0),
    ):
        for m in r.find("answer", words):
            for case in [c for c in rows_of if f"<{c}>" in m[1]] or [name_of.get(m[1], "")]:
                found = change.get(case, np.array([]))
                if sign and wrong(sign, found):
                    yield f"answer: direction on {case}: {m.string}"
                if sign is None and apart(found, LOG_MARGIN):
                    yield f"answer: not alike on {case}: {m.string}"
                if sign == 0 and ordered(found) and len(found) == len(rows_of[case]) < 6:
                    yield f"answer: all seeds share one on {case}: {m.string}"
    for m in r.find("descent", r"loss (falls|does not fall but rises|does not fall by more)"):
        pools = [
            differences(by_seed(x, "final_loss"), by_seed(x, "initial_loss"), log=True)
            for x in rows_of.values()
        ]
        sign = -1 if m[1] == "falls" else 1
        if "more" not in m[1] and all(wrong(sign, found) for found in pools):
            yield f"descent: direction: {m.string}"
    for m in r.find("peak", r"in (?:(all|both|the one) |(none|\w+) of (\w+) |(no) run)"):
        early = [
            [x["full_gradient_norm"][0] == max(x["full_gradient_norm"]) for x in rows]
            for rows in done.values()
        ]
        told = any(
            e
            and (
                all(e)
                if m[1]
                else e == [False]
                if m[4]
                else (sum(e), len(e)) == (value(m[2]), value(m[3]))
            )
            for e in early
        )
        if not told:
            yield f"peak: {early}: {m.string}"
    for m in r.find("vanish", r"[oO]n (.*?)(?: it vanishes|:| but)"):
        rows = done[case_of(m[1])]
        tails = [
            (x["tail_lowest"], x["tail_highest"], x["largest_batch_gradient_norm"]) for x in rows
        ]
        gone = sum(high <= 1e-3 * top for _, high, top in tails)
        ratios = [high / low if low else math.inf for low, high, _ in tails]
        text = m.string
        if re.search("purposes in (?:all|both|the one)", text) and gone < len(rows):
            yield f"vanish: {gone}: {text}"
        if "It does not vanish" in text and gone:
            yield f"vanish: {gone}: {text}"
        if (n := re.search(r"purposes in (\w+) of (\w+)", text)) and value(n[1]) != gone:
            yield f"vanish: {gone}: {text}"
        if (
            n := re.search(r"factor of ([\d.e]+) or more in (?:every|the one) run", text)
        ) and not value(n[1]) <= min(ratios) * (1 + 1e-9):
            yield f"vanish: bound {ratios}: {text}"
        if (n := re.search(r"factor of at most ([\d.e-]+)", text)) and not value(
            n[1].rstrip(".")
        ) >= max(ratios) * (1 - 1e-9):
            yield f"vanish: bound {ratios}: {text}"
        if (n := re.search(r"is at least (\S+) in", text)) and not at_least(
            n[1], [t[0] for t in tails]
        ):
            yield f"vanish: bound: {text}"
        if "touches zero" in text and any(low for low, _, _ in tails):
            yield f"vanish: not zero: {text}"
        if (n := re.search(r"fluctuates in (\w+) of", text)) and value(n[1]) != sum(
            q >= 3 for q in ratios
        ):
            yield f"vanish: {ratios}: {text}"
    for m in r.find("relation", r"on (.*?)(?:, a smaller| these runs)"):
        own = {
            x["seed"]: s
            for x in done[case_of(m[1])]
            if math.isfinite(s := _spearman(x["batch_loss"], x["batch_gradient_norm"]))
        }
        found = np.array([*own.values()])
        words = {"more": "shorter gradient", "less": "longer gradient"}
        yield from order("relation", m.string, found, 0.0, **words)
        whole = len(found) == len(rows_of[case_of(m[1])]) < 6
        if "not settle" in m.string and whole and agree(found):
            yield f"relation: the seeds agree: {m.string}"
    for m in r.find("batch", r"[oO]n (<.*?>|.*?)(?: sees|, )"):
        rows = rows_of[case_of(m[1])]
        found = differences(by_seed(rows, "tail_median"), by_seed(rows, late), log=True)
        words = {"more": "times as long", "less": "it is shorter", "alike": "equally long"}
        yield from order("batch", m.string, found, LOG_MARGIN, **words)
    for m in r.find(
        "stuck",
        r"In (?:(\w+) of (\w+)|all (\w+)|(both)|the one) runs? on (.*?) the (gradient|loss|network)",
    ):
        rows = done[case_of(m[5])]
        every = 2.0 if m[4] else value(m[3] or "one")
        told = (value(m[1]), value(m[2])) if m[1] else (every, every)
        dead = [x["tail_highest"] == 0 < x["full_loss"][-1] for x in rows]
        lowest = [min(finite(x["full_loss"])) for x in rows]
        level = next((c for x in rows if (c := x.get("constant_loss")) is not None), math.inf)
        constant = [v >= 0.98 * level and not d for v, d in zip(lowest, dead, strict=True)]
        flat = [
            v >= 0.95 * x["full_loss"][0] and not d and not c
            for v, x, d, c in zip(lowest, rows, dead, constant, strict=True)
        ]
        truth = {"gradient": sum(dead), "network": sum(constant), "loss": sum(flat)}
        if told != (truth[m[6]], len(rows)):
            yield f"stuck: {truth} of {len(rows)}: {m.string}"
    yield from diverged(r, "final_loss")


def _spearman(x: Any, y: Any) -> float:
    from scipy.stats import spearmanr

    if None in x or None in y or len(set(x)) < 2 or len(set(y)) < 2:
        return math.nan
    return float(spearmanr(x, y).statistic)


def weight_trajectories(r: Reading) -> Iterator[str]:
    """Where runs end, in which directions, how straight."""
    runs = r.rows()
    done = [row for row in runs if row["final_train_loss"] is not None]
    pairs = {p: [row for row in r.rows("pairs") if row["part"] == p] for p in ("model", "layer")}
    ways = [row for row in r.rows("distances") if row["part"] == "model"]

    def change(part: str) -> Any:
        used: set[int] = set()
        own = []
        for row in pairs[part]:
            if not used & set(row["seeds"]):
                used |= set(row["seeds"])
                own.append(row)
        tiny = np.finfo(float).tiny
        return np.array(
            [
                math.log10(max(x["end_distance"], tiny))
                - math.log10(max(x["start_distance"], tiny))
                for x in own
            ]
        )

    if len(done) > 1 and pairs["model"]:
        together = max(x["end_distance"] for x in pairs["model"]) <= 0.1 * min(
            x["displacement"] for x in ways
        )
        for m in r.find("answer", "do not end in one place"):
            if together:
                yield f"answer: they do: {m.string}"
        for m in r.find("place", r"farther apart than (N), where each run moved by (N) or more"):
            if not together or not at_most(m[1], [x["end_distance"] for x in pairs["model"]]):
                yield f"place: bound: {m.string}"
            if not at_least(m[2], [x["displacement"] for x in ways]):
                yield f"place: bound: {m.string}"
    for words, sign in (
        ("they move apart in (.*?)(?:;| and they|\\.)", 1),
        ("come closer in (.*?)(?:;| and they|\\.)", -1),
        ("as they began in (.*?)(?:;|\\.)", 0),
    ):
        for m in r.find("answer", words):
            for part, text in (("model", "the whole model"), ("layer", "the layer")):
                if text in m[1] and (
                    (sign and wrong(sign, change(part)))
                    or (not sign and apart(change(part), LOG_MARGIN))
                ):
                    yield f"answer: direction in {part}: {m.string}"
    for m in r.find("ends", r"two (ends|starts) (?:are|is)"):
        found = change("model")
        sign = 1 if "starts only" in m.string else -1 if "ends are only" in m.string else 0
        seen = "seen in" in m.string
        if sign and (wrong(sign, found) or (seen and not agree(found))):
            yield f"ends: direction: {m.string}"
        if "too small to matter" in m.string and apart(found, LOG_MARGIN):
            yield f"ends: not alike: {m.string}"
    cosines = finite(row["cosine"] for row in pairs["model"])
    for m in r.find(
        "directions",
        r"(?:between|at) (N)(?: and (N))? (?:in|over) (?:all |the )?(\w+)",
    ):
        low, high = m[1], m[2] or m[1]
        if m[3] == "both":
            continue
        if not at_least(low, cosines) or not at_most(high, cosines):
            yield f"directions: bound {min(cosines)} {max(cosines)}: {m.string}"
        if value(m[3]) != len(cosines):
            yield f"directions: {len(cosines)} pairs: {m.string}"
        if "opposite directions" in m.string and min(cosines) > 0:
            yield f"directions: not opposite: {m.string}"
    accurate = finite(row["final_train_accuracy"] for row in done)
    for m in r.find("quality", r"(?:between|at) (N)(?: and (N))? over (\w+)"):
        own = accurate or finite(row["final_train_loss"] for row in done)
        alike = near(m[1], min(own)) and near(m[1], max(own))
        within = at_least(m[1], own) and at_most(m[2], own) if m[2] else alike
        if not (within and value(m[3]) == len(own)):
            yield f"quality: {min(own)} {max(own)}: {m.string}"
    flat = sum(min(row["train_loss"]) * 1.25 > row["train_loss"][0] for row in done)
    for m in r.find("stuck", r"In (?:all |the )?(\w+)(?: of (\w+))? runs?"):
        some = 2.0 if m[1] == "both" else value(m[1])
        if (some, value(m[2]) if m[2] else some) != (flat, len(done)):
            yield f"stuck: {flat} of {len(done)}: {m.string}"
    bends = [x["path_length"] / x["displacement"] for x in ways if x["displacement"]]
    for m in r.find("straightness", r"they are (?:between (N) and )?(N) times"):
        alike = near(m[2], min(bends)) and near(m[2], max(bends))
        if not (at_least(m[1], bends) and at_most(m[2], bends) if m[1] else alike):
            yield f"straightness: bound {min(bends)} {max(bends)}: {m.string}"
    for m in r.find(
        "early", r"(The loss is ahead|The weights are ahead|at one pace).*come (N) of their way"
    ):
        way = {x["seed"]: x["from_start"] for x in ways}
        shares = []
        for row in done:
            losses = row["train_loss"]
            if row["seed"] not in way or losses[-1] >= losses[0] or not way[row["seed"]][-1]:
                continue
            target = losses[0] - 0.9 * (losses[0] - losses[-1])
            place = next(i for i, v in enumerate(losses) if v <= target)
            shares.append(way[row["seed"]][place] / way[row["seed"]][-1] - 0.9)
        sign = {"The loss is ahead": -1, "The weights are ahead": 1}.get(m[1], 0)
        if sign and wrong(sign, np.array(shares)):
            yield f"early: direction: {m.string}"
    for m in r.find("picture", r"(N) of the variance for the layer and (N) for the whole"):
        shown = {p["part"]: sum(p["explained"][:2]) for p in r.rows("parts")}
        if not (near(m[1], shown["layer"]) and near(m[2], shown["model"])):
            yield f"picture: {shown}: {m.string}"
    yield from diverged(r, "final_train_loss")
    for name in ("layer", "model"):
        lower = sum(row["final_train_loss"] < row["train_loss"][0] for row in done)
        for found in re.findall(r"At the end of (\w+) of them", r.alt(name)):
            if value(found) != lower:
                yield f"alt {name}: {lower} are lower: {r.alt(name)}"


def minimal_ratio(r: Reading) -> Iterator[str]:
    """How many runs are critical, of which kind, and how the ratio goes with the loss."""
    cases = {c["case"]: c for c in r.rows("cases")}
    runs = [x for x in r.rows() if x["loss"] is not None and x["verdict"] != "diverged"]
    critical = {
        c: [x for x in runs if x["case"] == c and x["verdict"] == "critical"] for c in cases
    }
    titles: dict[str, list[str]] = {}
    for c, case in cases.items():
        titles.setdefault(f"<{c}>", []).append(c)
        titles.setdefault(
            f"<{next(k for k in cases if cases[k]['title'] == case['title'])}>", []
        ).append(c)
    for m in r.find("found", r"A critical point is reached by .*"):
        counts = [(len(own), sum(x["case"] == c for x in r.rows())) for c, own in critical.items()]
        told = re.findall(r"(\w+) of (\w+) runs?", m[0])
        if [(value(a), value(b)) for a, b in told] != counts:
            yield f"found: {counts}: {m.string}"
        points = [len(_points(own)) for own in critical.values() if len(own) > 1]
        if [value(n) for n in re.findall(r"\((\w+) distinct", m[0])] != points:
            yield f"found: {points} distinct: {m.string}"
    for m in r.find("relations", r"The lower the loss|the lower the loss|stays open"):
        signs = {cases[c]["model"]: _distinct(own, "minimal_ratio") for c, own in critical.items()}
        larger, _, smaller = m.string.partition(
            "the *smaller*" if "larger" in m.string else "*smaller*"
        )
        for clause, said in ((larger if "larger" in larger else "", -1), (smaller, 1)):
            for model in re.findall(r"\*(.+?)\*", clause):
                if signs.get(model, 0.0) * said <= 0:
                    yield f"relations: {model}: {m.string}"
    for m in r.find("found", r", (?:(all|the) )?(?:both|(\w+)(?: of (\w+))?) runs? of "):
        name = KEYS.search(m.string)
        model = re.search(r"\*(.*?)\*", m.string)
        own = (
            [c for c in titles[f"<{name[1]}>"] if cases[c]["model"] == model[1]]
            if name and model
            else []
        )
        counts = [(len(critical[c]), sum(x["case"] == c for x in r.rows())) for c in own]
        some = value(m[2] or "two")
        said = (some, value(m[3])) if m[3] else (some * ("does not" not in m.string), some)
        if said not in counts:
            yield f"found: {counts}: {m.string}"
    for m in r.find("kind", r"(?:[Oo]f|the) (?:the )?(\w+) (?:critical |points|runs)"):
        numbers = {len(own) for own in critical.values()}
        if m[1] not in ("one",) and value(m[1]) not in numbers:
            yield f"kind: {numbers}: {m.string}"
    for m in r.find("kind", r"Of the (\w+) distinct critical points (\w+) "):
        counts = []
        for own in critical.values():
            first = _points(own)
            counts.append((len(first), sum(x["negative"] <= 0 for x in first)))
        if not any(value(m[1]) == total and value(m[2]) <= yes for total, yes in counts):
            yield f"kind: {counts}: {m.string}"
    for words, sign in (
        ("^A minimum lies at all (\\w+) critical points", 0),
        ("There is no minimum at the (\\w+) critical points", 1),
    ):
        for m in r.find("kind", words):
            own = [c for c in critical.values() if len(c) == value(m[1])]
            if not any(all((x["negative"] > 0) == bool(sign) for x in c) for c in own):
                yield f"kind: not all: {m.string}"
    curved = {
        c: differences(
            *(by_seed(own, column) for column in ("gradient_curvature", "even_curvature")), log=True
        )
        for c in cases
        for own in [[x for x in runs if x["case"] == c and x["verdict"] != "critical"]]
    }
    senses = {"where the loss hardly": -1, "where the loss curves more": 1, "in directions of": 0}
    senses |= {"curves less": -1, "curves more": 1, "curves alike": 0}
    for words in (
        "end points on (.*?) that are not critical,? (?:it|the gradient) lies "
        "(where the loss hardly|where the loss curves more|in directions of)",
        "Whether the end points",
        "the loss along the gradient (?:curves|shows) .*",
    ):
        for m in r.find("flatness", words):
            told = [(m[1], m[2])] if words.startswith("end") else []
            if "along" in words:
                told = [(b, a) for a, b in re.findall(r"(curves \w+)(.*?)(?=curves|shows|$)", m[0])]
            for names, said in told:
                sign = senses[said]
                for name, model in re.findall(r"<([^>]+)>(?: \(\*(.+?)\*\))?", names):
                    own = [
                        c for c in titles.get(f"<{name}>", []) if model in ("", cases[c]["model"])
                    ]
                    found = [curved[c] for c in own]
                    if all(wrong(sign, f) if sign else apart(f, LOG_MARGIN) for f in found):
                        yield f"flatness: {said} on {name}: {m.string}"
    for m in r.find("sampled", r"at (\w+) of (\w+) distinct saddles"):
        seen = [
            x["higher_neighbors"] < 1
            for own in critical.values()
            for x in _points([y for y in own if y["higher_neighbors"] is not None])
            if x["negative"] > 0 and not _constant(x["loss"], cases[x["case"]])
        ]
        if (value(m[1]), value(m[2])) != (seen.count(False), len(seen)):
            yield f"sampled: {seen.count(False)} of {len(seen)}: {m.string}"
    for m in r.find("relation", r"stays open here: it takes six"):
        fewer = [len(_points(own)) for own in critical.values()]
        constant = [
            len({f"{x['loss']:.5e}" for x in own}) == 1
            or len({x["minimal_ratio"] for x in own}) == 1
            for own in critical.values()
        ]
        if min(fewer) >= 6 and not any(constant):
            yield f"relation: {fewer} points: {m.string}"
    for m in r.find("kind", r"make up (N) of the spectrum at least"):
        bounds = [[x["negative"] for x in c if x["negative"] > 0] for c in critical.values()]
        if not any(b and value(m[1]) <= min(b) * (1 + 1e-9) for b in bounds):
            yield f"kind: bound: {m.string}"
    for name, column in (("relation", "minimal_ratio"), ("theory", "negative")):
        signs = {c: _distinct(own, column) for c, own in critical.items()}
        for m in r.find(name, r"The lower the loss|so it does on|it falls, from"):
            smaller = "*smaller*" in m.string or "so it does" in m.string
            if not any((v > 0) if smaller else (v < 0) for v in signs.values()):
                yield f"{name}: direction {signs}: {m.string}"
    for m in r.find("tolerance", r"moves by (N) (or more|at most)"):
        moves = []
        for c, case in cases.items():
            own = [x for x in runs if x["case"] == c]
            if own:
                table = np.array([x["swept_positive"] for x in own]) / case["parameters"]
                moves.append(float(np.ptp(np.median(table, axis=0))))
        if not m[1]:
            if any(moves):
                yield f"tolerance: {moves}: {m.string}"
            continue
        bounded = (
            [v for v in moves if v >= 0.1] if m[2] == "or more" else [v for v in moves if v < 0.1]
        )
        if not bounded or not (
            at_least(m[1], bounded) if m[2] == "or more" else at_most(m[1], bounded)
        ):
            yield f"tolerance: {moves}: {m.string}"
    total = [x for own in critical.values() for x in own]
    for m in r.find("answer", "after long training"):
        lengths = [c for c in critical.values() if any(x["negative"] <= 0 for x in c)]
        if not any(max(x["epochs"] for x in c) > min(x["epochs"] for x in c) for c in lengths):
            yield f"answer: of one length: {m.string}"
    for m in r.find("answer", "some runs that get there are at a minimum"):
        if not any(len({x["negative"] <= 0 for x in own}) == 2 for own in critical.values()):
            yield f"answer: of one kind: {m.string}"
    for m in r.find(
        "answer",
        "(?:every|the one) run that gets there is (?:not )?at a minimum|no run that gets there|"
        "no run reaches|the one run does not reach",
    ):
        names = KEYS.findall(m.string.partition(";")[0])
        own = [x for n in names for c in titles.get(f"<{n}>", []) for x in critical[c]]
        minima = [x["negative"] <= 0 for x in own]
        at = " run that gets there is at" in m[0] and "no run" not in m[0]
        if (at and not any(minima)) or ("reach" in m[0] and total):
            yield f"answer: {sum(minima)} of {len(minima)}: {m.string}"
    yield from diverged(r, "loss")


def _constant(loss: float, case: dict[str, Any]) -> bool:
    """Whether a loss is that of the best constant output, to a hundred-thousandth."""
    constant = case.get("constant_loss")
    return constant is not None and abs(loss - constant) <= 1e-5 * constant


def _points(rows: Rows) -> Rows:
    """The first run at each distinct point."""
    keys = [x.get("point") for x in rows]
    if None in keys:
        keys = [(f"{x['loss']:.5e}", x["minimal_ratio"], x["negative"]) for x in rows]
    return [*dict(zip(keys[::-1], rows[::-1], strict=True)).values()]


def _distinct(rows: Rows, column: str) -> float:
    return rank([float(f"{x['loss']:.5e}") for x in rows], [x[column] for x in rows])


def error_surface(r: Reading) -> Iterator[str]:
    """The sides of random planes, the plane of training, the lowest points."""
    planes = {
        kind: [p for p in r.rows("planes") if p["plane"] == kind] for kind in ("pca", "random")
    }
    moved = {(s["case"], s["seed"]): s for s in r.rows("solutions")}
    reached = [side for p in planes["random"] for side in p["reached"]]
    sides = [
        [side for p in planes["random"] if p["case"] == c["case"] for side in p["reached"]]
        for c in r.rows("cases")
    ]
    for m in r.find("rise", r"on all (\d+) sides of|on any of (\d+) sides|on .*? sides? on"):
        parts = re.findall(r"on (?:all|(\w+) of) (\w+) sides? on", m.string)
        told = [(value(yes or total), value(total)) for yes, total in parts]
        truth = [(sum(own), len(own)) for own in sides if own]
        if m[1] or m[2]:
            told = [(float(m[1] or 0), float(m[1] or m[2]))]
            truth = [(sum(reached), len(reached))]
        if told != truth:
            yield f"rise: {truth}: {m.string}"
    for m in r.find("rise", r"within (N) (?:of|times) the displacement"):
        far = [
            side * norm / moved[p["case"], p["seed"]]["displacement"]
            for p in planes["random"]
            if moved[p["case"], p["seed"]]["displacement"]
            for side, norm in zip(
                p["sides"], [n for n in p["axes_norm"] for _ in range(2)], strict=True
            )
        ]
        if not far or value(m[1]) < max(far) * (1 - 1e-9) - 1e-9:
            yield f"rise: bound {max(far, default=None)}: {m.string}"
    for m in r.find("plane", r"hold (?:(N)|all) of the variance"):
        keys = _cases_in(r, m.string)
        ways = {run: s["displacement"] for run, s in moved.items() if run[0] in keys}
        own = [p for p in planes["pca"] if ways.get((p["case"], p["seed"]))]
        if value(_runs_in(m.string)) != len(own):
            yield f"plane: {len(own)} runs moved: {m.string}"
        shares = [sum(p["explained"]) for p in own]
        if (value(m[1]) if m[1] else 1.0) > min(shares) + 1e-8:
            yield f"plane: bound {shares}: {m.string}"
        far = [p["largest_distance"] / ways[p["case"], p["seed"]] for p in own]
        n = re.search(r"(?:at most|up to) (\S+(?: %)?) (?:of|times) its", m.string)
        if n and value(n[1]) < max(far) * (1 - 1e-9) - 1e-9:
            yield f"plane: bound {far}: {m.string}"
    for m in r.find("faithfulness", r"factor of (N) (at most|or more)|between (N) and (N)"):
        own = [p for p in planes["pca"] if p["case"] in _cases_in(r, m.string)]
        f = [_most_apart(p, moved[p["case"], p["seed"]]) for p in own]
        fits = at_most(m[1], f) if m[2] == "at most" else at_least(m[1] or m[3], f)
        counts = value(_runs_in(m.string)) == len(f)
        if not (counts and fits) or (m[4] and not at_most(m[4], f)):
            yield f"faithfulness: bound {f}: {m.string}"
    for m in r.find(
        "minimum",
        r"is the lowest point|(?:in|In) (?:all |the )?(\w+)(?: of (\w+))? runs?|whose loss is lower",
    ):
        own = [p for p in planes["pca"] if p["case"] in _cases_in(r, m.string)]
        lower = [
            p["origin_loss"] / p["lowest_loss"] if p["lowest_loss"] else math.inf
            for p in own
            if p["lowest_distance"] > 0
        ]
        if value(_runs_in(m.string)) != (len(lower) or len(own)):
            yield f"minimum: {len(lower)} of {len(own)}: {m.string}"
        if "solution is the lowest" in m.string and any(f > 1 for f in lower):
            yield f"minimum: {lower}: {m.string}"
        bound = re.search(r"only by a factor of ([\d.,]+) at most", m.string)
        if bound and not at_most(bound[1], lower):
            yield f"minimum: slightly {lower}: {m.string}"
        one = re.search(rf"lower by a factor of ({NUMBER})", m.string)
        several = re.search(rf"lower by factors between ({NUMBER})", m.string)
        if (one and not near(one[1], lower[0])) or (several and not at_least(several[1], lower)):
            yield f"minimum: bound {lower}: {m.string}"
    for m in r.find("share", r"capture (.*?) \((?:means|one seed)"):
        means = [
            np.mean([p["captured"] for p in planes["random"] if p["case"] == c["case"]])
            for c in r.rows("cases")
            if any(p["case"] == c["case"] for p in planes["random"])
        ]
        texts = re.findall(r"(\d[\d.]* %)", m[1])
        if len(texts) != len(means) or not all(
            near(t, v) for t, v in zip(texts, means, strict=True)
        ):
            yield f"share: {means}: {m.string}"
    rises = []
    for row in r.rows("lines"):
        way = [v for a, v in zip(row["alpha"], row["loss"], strict=True) if 0 <= a <= 1]
        if None not in way:
            above = max(w - min(way[: n + 1]) for n, w in enumerate(way))
            rises.append(2 * above / (way[0] + way[-1]))
    hills = [rise for rise in rises if rise > 0.1]
    for m in r.find("line", r"falls all the way, as|leads over a hill|it rises in between"):
        truth = "as" if not hills else "hill" if len(hills) == len(rises) else "between"
        if not m[0].endswith(truth):
            yield f"line: {rises}: {m.string}"
    for m in r.find("line", r"by (N) (?:of|times) the mean loss at the two ends or more"):
        if not at_least(m[1], hills):
            yield f"line: bound {hills}: {m.string}"
    for m in r.find("line", r"by up to (N) (?:of|times)"):
        if not at_most(m[1], hills):
            yield f"line: bound {hills}: {m.string}"
    for m in r.find("walk", r"share here is (N)"):
        shares = [sum(p["explained"]) for p in r.rows("planes") if p["explained"] is not None]
        if not at_least(m[1], shares):
            yield f"walk: bound {min(shares)}: {m.string}"
    lost = [s["diverged_at"] for s in r.rows("solutions")]
    yield from counted(r, "diverged", OF, len(lost), len(finite(lost)))


def _cases_in(r: Reading, text: str) -> set[str]:
    """The cases that a sentence names."""
    return {
        c["case"]
        for c in r.rows("cases")
        if f"<{c['case']}>" in text or re.search(rf"\b{re.escape(c['title'])}\b", text)
    }


def _runs_in(text: str) -> str:
    """Of how many runs a sentence speaks: of `both runs`, `all six runs`, `two of three runs`."""
    m = re.search(r"(\w+)(?: of \w+)? runs?\b", text)
    return {"both": "two", "the": "one"}.get(m[1], m[1]) if m else "no"


def _most_apart(plane: dict[str, Any], solution: dict[str, Any]) -> float:
    pairs = zip(plane["projected_loss"], solution["loss"], strict=True)
    known = [abs(math.log(p) - math.log(q)) for p, q in pairs if p and q]
    return math.exp(min(max(known), 700.0)) if known else math.inf
