"""What trainings show, worked out from their rows: depth, size, random labels, gaps."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from tests.mutations.reading import (
    LOG_MARGIN,
    Reading,
    Rows,
    agree,
    among,
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
    unit,
    value,
    wrong,
)

KEYS = re.compile(r"<([^>]+)>")
OF = r"Of (\w+) \w+,? (\w+) "
"""`Of seven runs, two …`."""


def _group(rows: Rows, key: str) -> dict[Any, Rows]:
    found: dict[Any, Rows] = {}
    for row in rows:
        found.setdefault(row.get(key), []).append(row)
    return found


def counted(
    r: Reading, name: str, pattern: str, first: int, second: int, *, every: bool = True
) -> Iterator[str]:
    """The two numbers of a sentence; where not `every` one has them, if it has any."""
    for m in r.find(name, pattern):
        if (every or m[1]) and (value(m[1]), value(m[2])) != (first, second):
            yield f"{name}: {first}, {second}: {m.string}"


def diverged(reading: Reading, column: str) -> Iterator[str]:
    """The number of runs without a result."""
    rows = reading.rows()
    lost = sum(row.get(column) is None for row in rows)
    yield from counted(reading, "diverged", OF, len(rows), lost)
    text = reading.said("diverged")
    if "Nothing is compared" in text and lost < len(rows):
        yield f"diverged: {lost} of {len(rows)}: {text}"
    if lost and not text and len(rows) > lost:
        yield f"diverged: not said of {lost} of {len(rows)}"


def simulate_function(r: Reading) -> Iterator[str]:
    """Depth on each function, the best model, the spread, the error, between the points."""
    column = "final_train_loss"
    runs = r.rows()
    deep = max(r.record.models, key=lambda m: m.depth).name
    shallow = min(r.record.models, key=lambda m: m.depth).name
    cells = {
        (k, m): rows
        for k, part in _group(runs, "function").items()
        for m, rows in _group(part, "model").items()
    }
    losses = {cell: by_seed(rows, column) for cell, rows in cells.items()}
    change = {
        key: differences(losses.get((key, deep), {}), losses.get((key, shallow), {}), log=True)
        for key in _group(runs, "function")
    }
    for a, b, words in (
        (
            deep,
            shallow,
            "On <(.*?)> the deep network ends at (?:a loss of )?(N) and the shallow one at (N)",
        ),
        (
            shallow,
            deep,
            "On <(.*?)> the shallow network ends at (?:a loss of )?(N) and the deep one at (N)",
        ),
        (deep, shallow, "On <(.*?)> they end at (N) and (N)"),
    ):
        for m in r.find("depth-on", words):
            key, found = m[1], change[m[1]] * (1 if a == deep else -1)
            for text, model in ((m[2], a), (m[3], b)):
                if not among(text, [*losses[key, model].values()]):
                    yield f"depth-on: {text} is no loss of {model}: {m.string}"
            if "seen in" in m.string and not (agree(found) and found[0] < 0):
                yield f"depth-on: not seen in all: {m.string}"
            if "higher by a factor" in m.string and wrong(-1, found):
                yield f"depth-on: direction: {m.string}"
            if "too close" in m.string and apart(found, LOG_MARGIN):
                yield f"depth-on: not close: {m.string}"
            whole = len(found) == len(cells[key, deep])
            if "no order" in m.string and ordered(found) and whole and len(found) < 6:
                yield f"depth-on: there is an order: {m.string}"
    for words, sign in (
        ("^On (.*?) depth pays: ", -1),
        ("^On (.*?) depth does harm: ", 1),
        ("^On (.*?) depth makes no difference", None),
        (": it does on (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)", -1),
        ("it does harm on (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)", 1),
        (
            "it makes no difference that matters on (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)",
            None,
        ),
    ):
        for m in r.find("depth", words):
            for key in KEYS.findall(m[1]):
                if sign and wrong(sign, change[key]):
                    yield f"depth: direction on {key}: {m.string}"
                if sign is None and apart(change[key], LOG_MARGIN):
                    yield f"depth: not alike on {key}: {m.string}"
    for m in r.find("depth", "no order shows|no order between"):
        for key in KEYS.findall(m.string[m.start() :] if "no order shows" in m[0] else m.string):
            if ordered(change[key]) and len(change[key]) == len(cells[key, deep]) < 6:
                yield f"depth: there is an order on {key}: {m.string}"
    for m in r.find(
        "best", r"^Of all models \*(.*?)\* (?:fits|has the lowest typical loss on) <(.*?)>"
    ):
        medians = {
            k[1]: np.median(np.log10([max(loss, 1e-300) for loss in v.values()]))
            for k, v in losses.items()
            if k[0] == m[2] and v
        }
        if medians[m[1]] > min(medians.values()) + 1e-9:
            yield f"best: not the best: {m.string}"
    for m in r.find(
        "spread",
        r"factor of (?:up to |at most )?(N).*?(?:against|that of \*.*?\* by up to|and) (N)",
    ):
        wide = {c: max(v.values()) / min(v.values()) for c, v in losses.items() if len(v) > 1}
        common = [k for k in change if (k, deep) in wide and (k, shallow) in wide]
        ratios = [(wide[k, deep], wide[k, shallow]) for k in common]
        if "on each function" in m.string and not all(a > b for a, b in ratios):
            yield f"spread: not on each: {m.string}"
        if "more reliable one" in m.string and not all(a < b for a, b in ratios):
            yield f"spread: not the more reliable: {m.string}"
        for text, place in ((m[1], 0), (m[2], 1)):
            if not at_most(text, [pair[place] for pair in ratios]):
                yield f"spread: bound {text}: {m.string}"
    for m in r.find(
        "between-points",
        r"on (.*?): the typical loss .* is (at most )?(N) times the training loss( or more)?",
    ):
        ratios = [
            float(
                np.median(
                    [
                        row["final_test_loss"] / row[column]
                        for row in runs
                        if row["function"] == key
                        and row[column]
                        and row["final_test_loss"] is not None
                    ]
                )
            )
            for key in KEYS.findall(m[1])
        ]
        if not (at_most(m[3], ratios) if m[2] else at_least(m[3], ratios)):
            yield f"between-points: bound: {ratios}: {m.string}"
    moved = [
        abs(math.log10(row["train_loss"][-1] / before)) >= LOG_MARGIN
        for row in runs
        if row[column] is not None
        for before in [
            next(
                v
                for e, v in zip(row["epoch"], row["train_loss"], strict=True)
                if e >= 0.75 * row["epoch"][-1]
            )
        ]
        if before and row["train_loss"][-1]
    ]
    for m in r.find("settling", r"(no run|both runs|all \w+ runs|the one run|(\w+) of (\w+) runs)"):
        said = value(m[2]) if m[2] else 0 if m[1] == "no run" else len(moved)
        if sum(moved) != said:
            yield f"settling: {sum(moved)} of {len(moved)}: {m.string}"
    for m in r.find(
        "error", r"(close to|follows|fits|of the runs on|Of the runs on) <(.*?)>.*?((N)|learned)"
    ):
        known = [v for c, part in losses.items() if c[0] == m[2] for v in part.values()]
        if not known:
            yield f"error: of no runs: {m.string}"
    yield from diverged(r, column)
    if "alling" in r.alt("loss"):
        for row in runs:
            curve = finite(row["train_loss"])
            if any(b > a for a, b in pairwise(curve)) or len(curve) < 2:
                yield f"alt loss: not falling: {row['model']} {row['seed']}"
                break


def accuracies(
    r: Reading, name: str, m: re.Match[str], sides: list[tuple[str, Rows]], column: str
) -> Iterator[str]:
    """The numbers of a sentence lie among what the rows have."""
    for text, rows in sides:
        if not among(text, finite(row.get(column) for row in rows)):
            yield f"{name}: {text} is no value: {m.string}"


def train_on_task(r: Reading) -> Iterator[str]:
    """Depth within a family, the best model, convolution, gaps, overfitting."""
    column = "final_test_accuracy"
    runs = r.rows()
    models = {m.name: m for m in r.record.models}
    cells = {
        (d, m): rows
        for d, part in _group(runs, "dataset").items()
        for m, rows in _group(part, "model").items()
    }
    known = {cell: by_seed(rows, column) for cell, rows in cells.items()}

    def of(data: str, depth: float, conv: bool) -> list[str]:
        return [
            m
            for d, m in cells
            if d == data
            and models[m].depth == depth
            and models[m].architecture.startswith("conv") == conv
        ]

    words = (
        r"^Among the (MLPs|CNNs) on (.*?), those with (\w+) hidden layers? get (?:only )?(N) .*?"
        r" and those with (\w+) (?:only )?(N)"
    )
    family: dict[str, Any] = {}
    for m in r.find("depth-on", words):
        kind, data, deep, a, shallow, b = m.groups()
        ends = [of(data, value(n), kind == "CNNs") for n in (deep, shallow)]
        if any(len(end) != 1 for end in ends):
            continue
        first, second = (end[0] for end in ends)
        yield from accuracies(
            r, "depth-on", m, [(a, cells[data, first]), (b, cells[data, second])], column
        )
        found = differences(known[data, first], known[data, second], log=False)
        family[f"the {kind} on {data}"] = found
        yield from order(
            *("depth-on", m.string, found, 0.005),
            more="a lead of|rises from|is ahead|even higher",
            less="get only|does harm|falls to",
            alike="too close to matter|no difference|alike|next to nothing|no harm",
        )
    for words, sign in (
        ("^Among (.*), depth pays(?: in .*?)?: ", 1),
        ("^Among (.*), depth does harm(?: in .*?)?: ", -1),
        ("^Among (.*), depth makes no difference", 0),
        ("it does among (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)", 1),
        ("it does harm among (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)", -1),
        ("no difference that matters among (.*?)(?:;|, (?:and )?it| and it| and no|\\.$)", 0),
    ):
        for m in r.find("depth", words):
            for title, found in family.items():
                if title in m[1] and (
                    (sign and wrong(sign, found)) or (not sign and apart(found, 0.005))
                ):
                    yield f"depth: direction among {title}: {m.string}"
    for m in r.find(
        "best", r"^On (.*?), (?:among .*?, )?\*(.*?)\* .*?(?:with|gets) (N) of the test"
    ):
        compared = "networks compared" in m.string
        aside = {k for k, rows in cells.items() if compared and rows[0].get("outside")}
        own = {
            k[1]: [*v.values()] for k, v in known.items() if k[0] == m[1] and v and k not in aside
        }
        if not among(m[3], own[m[2]]):
            yield f"best: {m[3]} is no accuracy of it: {m.string}"
        ahead = [np.median(own[m[2]]) >= np.median(v) - 1e-12 for v in own.values()]
        means = [np.mean(own[m[2]]) >= np.mean(v) - 1e-12 for v in own.values()]
        if not all(ahead) and not all(means):
            yield f"best: not first: {m.string}"
        for other in re.findall(
            r"\*(.+?)\*", "".join(re.findall("but it leads (.*) by less", m.string))
        ):
            if apart(differences(known[m[1], m[2]], known[m[1], other], log=False), 0.005):
                yield f"best: leads {other} by more: {m.string}"
        if "is ahead of every other model in" in m.string:
            others = [
                differences(known[m[1], m[2]], v, log=False)
                for k, v in known.items()
                if k[0] == m[1] and k[1] != m[2] and k not in aside
            ]
            if not all((o > 0).all() for o in others):
                yield f"best: not ahead everywhere: {m.string}"
    words = r"\*(.*?)\*, with (N) parameters.*? (N) of the test images of (.*?) right \((.*?)\)"
    for m in r.find("outside", words):
        aside = [row for row in cells[m[4], m[1]] if row.get("outside") is not None]
        own = list(by_seed(aside, column).values())
        if value(m[2]) != models[m[1]].parameters or not near(m[3], float(np.mean(own))):
            yield f"outside: {own}: {m.string}"
        seeds = re.search(r"over (\w+) seeds", m[5])
        if len(own) > 1 and (not seeds or value(seeds[1]) != len(own)):
            yield f"outside: {len(own)} seeds: {m.string}"
    for m in r.find(
        "family",
        r"^(?:.* on|On) (.*?)(?: convolution does not help)?(?:: | the best| neither).*?\*(.*?)\*",
    ):
        pair = re.findall(r"\*([^*]+)\*", m.string)
        if (m[1], pair[0]) in known and (m[1], pair[1]) in known:
            found = differences(known[m[1], pair[0]], known[m[1], pair[1]], log=False)
            words = {"more": "Convolution", "less": "does not help", "alike": "equally well"}
            yield from order("family", m.string, found, 0.005, **words)
            if (
                "more than size" in m.string
                and models[pair[0]].parameters >= models[pair[1]].parameters
            ):
                yield f"family: not smaller: {m.string}"
    gaps = {
        c: differences(by_seed(rows, "final_train_accuracy"), known[c], log=False)
        for c, rows in cells.items()
        if known[c]
    }
    for m in r.find(
        "gap",
        r"(?:images of|by|on|images on) (\S+?)(?: better than| holds|, \*| is that| are known)",
    ):
        own = {c[1]: g for c, g in gaps.items() if c[0] == m[1]}
        if "Every model" in m.string and any(wrong(1, g) for g in own.values()):
            yield f"gap: not every model: {m.string}"
        if "no model does better" in m.string and any(
            np.mean(g) > 0.005 < np.median(g) for g in own.values()
        ):
            yield f"gap: one does: {m.string}"
    for m in r.find("overfitting", r"No test loss on (.*?) rises by more"):
        for c, rows in cells.items():
            ends = [
                row["test_loss"][-1] >= 1.3 * min(row["test_loss"])
                for row in rows
                if row[column] is not None and None not in row["test_loss"]
            ]
            if (
                c[0] == m[1]
                and len(ends) > 1
                and all(ends)
                and any(min(row["test_loss"]) > 0 for row in rows if row[column] is not None)
            ):
                yield f"overfitting: {c[1]} rises: {m.string}"
    for m in r.find("overfitting", r"is (N) at the end, after (N) at epoch (\d+)"):
        if m[3] not in {str(epoch) for row in runs for epoch in row["epoch"]}:
            yield f"overfitting: no such epoch: {m.string}"
    for m in r.find("overfitting", r"rises from (N) at epoch (\d+) to (N)"):
        if value(m[3]) <= value(m[1]):
            yield f"overfitting: does not rise: {m.string}"
    flat = [
        min(finite(row["train_loss"])) >= 0.95 * row["train_loss"][0]
        for row in runs
        if row[column] is not None and len(row["train_loss"]) > 1
    ]
    yield from counted(r, "stuck", OF, len(runs), sum(flat))
    for m in r.find("stuck", "^(?:All|Both|The one)"):
        if not all(flat) or len(flat) < len(runs):
            yield f"stuck: not all: {m.string}"
    yield from diverged(r, column)


def random_labels(r: Reading) -> Iterator[str]:
    """The fit, chance, speed, price, memory."""
    column = "final_test_accuracy"
    networks = _group(r.rows(), "case")
    name, runs = next(iter(networks.items()))
    by = dict(sorted(_group(runs, "fraction").items()))
    top = max(by)
    most = by[top]
    threshold = max(fit["threshold"] for fit in r.rows("fits"))
    best: list[float | None] = []
    fitted = {}
    for network, part in networks.items():
        random = [x for x in part if 0 < x["fraction"] == max(y["fraction"] for y in part)]
        best += [max(x["train_accuracy"]) if x[column] is not None else None for x in random]
        scores = best[len(best) - len(random) :]
        fitted[network] = (sum(b >= threshold for b in finite(scores)), len(random))
    reached = sum(yes for yes, _ in fitted.values())
    for m in r.find(
        "fit",
        r"(?:every|the one) run (that did not diverge )?reaches .*?\((\w+) (?:seeds?|runs?|of (\w+))\)",
    ):
        whole = reached == len(best) if not m[1] else reached == len(finite(best))
        if not whole or value(m[2]) != reached:
            yield f"fit: {reached} of {len(best)}: {m.string}"
    for m in r.find("fit", r"on random labels is reached by"):
        for yes, total, one, _, network in re.findall(
            r"(?:(\w+) of (\w+)|(the one|no)) runs?( of \*(.*?)\*)?(?= |,|;|\.)", m.string
        ):
            key = network or next(iter(fitted))
            told = (float(one == "the one"), 1.0) if one else (value(yes), value(total))
            if told != fitted[key]:
                yield f"fit: {fitted}: {m.string}"
        short = [
            x["train_loss"]
            for x in r.rows()
            if x["fraction"] > 0 and x[column] is not None and max(x["train_accuracy"]) < 0.99
        ]
        if "still falls" in m.string and not any(c[-1] < max(c[len(c) // 2 : -1]) for c in short):
            yield f"fit: falls nowhere: {m.string}"
        for least in re.findall(r"gets to (\S+ %) or more", m.string):
            if value(least) < min(finite(best)) - 2e-3:
                yield f"fit: bound {least} of {best}: {m.string}"
    for m in r.find("fit", r"lies (?:at|between (N) and) (N)"):
        low, known = m[1] or m[2], finite(best)
        fits = at_most(m[2], known) if m[1] else max(known) - value(low) <= unit(low)
        if reached or not (fits and at_least(low, known)):
            yield f"fit: bound {best}: {m.string}"
        curves = [x["train_loss"] for x in r.rows() if x["fraction"] > 0 and x[column] is not None]
        if "still falls" in m.string and not any(c[-1] < max(c[len(c) // 2 : -1]) for c in curves):
            yield f"fit: falls nowhere: {m.string}"
    for about in ("chance", "price", "speed", "reached"):
        if len(networks) > 1 and (told := r.said(about)) and f"*{name}*" not in told:
            yield f"{about}: of {name}, which it does not name: {told}"
    for m in r.find("other", r"\*(.*?)\*.*?(N) with .*? (?:to|and) (N) with"):
        own = _group(networks[m[1]], "fraction")
        ends = [v for f in sorted(own) if (v := by_seed(own[f], column))]
        for text, end in ((m[2], ends[0]), (m[3], ends[-1])):
            if not among(text, [*end.values()]):
                yield f"other: {text} is no accuracy: {m.string}"
        found = differences(ends[-1], ends[0], log=False)
        words = {"more": "even rises", "less": "falls", "alike": "keeps"}
        yield from order("other", m.string, found, 0.005, **words)
    chance = r.record.metrics["chance"]
    scored = by_seed(most, column)
    over = np.array([v - chance for v in scored.values()])  # type: ignore[operator]
    for m in r.find("chance", r"(?:scores|accuracy of) (N)"):
        if not among(m[1], [*scored.values()]):
            yield f"chance: {m[1]} is no accuracy: {m.string}"
        words = {"more": "more than|above", "less": "less than|below", "alike": "no other images"}
        yield from order("chance", m.string, over, 0.005, **words)
    for m in r.find("test", r"it is (N)"):
        if not near(m[1], float(np.mean([*scored.values()]))):
            yield f"test: {scored}: {m.string}"
    last = [[row["test_loss"][p] for row in most if row[column] is not None] for p in (0, -1)]
    moved = np.log10(np.maximum(last[1], 1e-307)) - np.log10(np.maximum(last[0], 1e-307))
    for m in r.find("loss", r"test loss (rises|falls|ends where it began|is)"):
        words = {"more": "loss rises", "less": "even the", "alike": "where it began"}
        yield from order("loss", m.string, moved, LOG_MARGIN, **words)
    fits = [f for f in r.rows("fits") if f["threshold"] == threshold and f.get("case") == name]
    epochs = {f: by_seed([row for row in fits if row["fraction"] == f], "epoch") for f in by}
    floor = {f: {s: max(1.0, e) for s, e in part.items()} for f, part in epochs.items()}
    for m in r.find("speed", r"(N) epochs on (?:random labels|them) and (N) on true"):
        found = differences(floor[top], floor[min(by)], log=True)
        words = {"more": "more slowly", "less": "even learned faster"}
        yield from order("speed", m.string, found, LOG_MARGIN, **words)
    for m in r.find("reached", r"in (.*?) on true labels and in (.*?) on random"):
        truth = [len(epochs[min(by)]), len(by[min(by)]), len(epochs[top]), len(most)]
        alone = {"no run": "none of one", "the one run": "one of one"}
        told = [value(w) for g in m.groups() for w in alone.get(g, g).split()[::2][:2]]
        if told != truth:
            yield f"reached: {truth}: {m.string}"
    means = {f: float(np.mean([*v.values()])) for f in by if (v := by_seed(by[f], column))}
    for m in r.find(
        "price",
        r"from (N) with (N) of them to (N) with (N)|is (N) with (N)(?: of them| random labels) and (N) with (N)",
    ):
        a, _, b, _ = [g for g in m.groups() if g is not None]
        if not (near(a, means[min(means)]) and near(b, means[max(means)])):
            yield f"price: ends {means}: {m.string}"
        ranked = rank([*means], [*means.values()])
        if (" falls " in m.string and not ranked < 0) or ("Against" in m.string and not ranked > 0):
            yield f"price: direction {ranked}: {m.string}"
    for m in r.find("price", "too few to"):
        if len(means) >= 6:
            yield f"price: {len(means)} are not too few: {m.string}"
    for m in r.find("first-step", r"(N) of random labels"):
        shares = sorted(means)
        found = differences(
            by_seed(by[shares[1]], column), by_seed(by[shares[0]], column), log=False
        )
        if "Already" in m.string and wrong(-1, found):
            yield f"first-step: direction: {m.string}"
        if "even higher" in m.string and wrong(1, found):
            yield f"first-step: direction: {m.string}"
        if "next to nothing" in m.string and apart(found, 0.005):
            yield f"first-step: not alike: {m.string}"
    partly = [row for row in runs if 0 < row["fraction"] < 1]
    kept = [row["changed_fitted"] for row in partly]
    often = sum(k is not None and k >= threshold for k in kept)
    for m in r.find("memorized", r"(every run|the|both|all) .* gives back (?:at least (N)|all) of"):
        if often < len(finite(kept)) or not at_least(m[2] or "100 %", finite(kept)):
            yield f"memorized: not every run: {m.string}"
        if m[1] == "every run" and len(finite(kept)) < len(kept):
            yield f"memorized: some are missing: {m.string}"
    for m in r.find("memorized", r"(\w+) of (\w+) give back .* as little as (N)"):
        if value(m[1]) != often or value(m[2]) != len(kept) or not at_least(m[3], finite(kept)):
            yield f"memorized: {often} of {len(kept)}: {m.string}"
    for m in r.find("memorized", r"(no run|none) gives back .* the best (?:of them )?(N)"):
        if often or not at_most(m[2], finite(kept)):
            yield f"memorized: bound: {m.string}"
    for m in r.find("peak", r"from (N) in epoch (\d+) to (N) at the end"):
        if value(m[1]) <= value(m[3]):
            yield f"peak: no fall: {m.string}"
    yield from diverged(r, column)
    several = len(networks) > 1  # where the values are not all of the first
    for part in re.findall(
        r"(\d+) %: ([^,;]+), ([^;]+?)(?:;|\.$)", "" if several else r.alt("price")
    ):
        fraction = min(by, key=lambda f: abs(f - int(part[0]) / 100))
        if fraction in means and "nan" not in part[2] and not near(part[2], means[fraction]):
            yield f"alt price: {part}"


def parameter_count(r: Reading) -> Iterator[str]:
    """Where size stops helping, fit, gaps, the test loss."""
    column = "final_test_accuracy"
    noise = [row.get("label_noise") or 0.0 for row in r.rows()]
    runs = [row for row, share in zip(r.rows(), noise, strict=True) if share == noise[0]]
    sizes = {row["model"]: row["parameters"] for row in runs}
    order = sorted(sizes, key=lambda m: sizes[m])
    rows_of = _group(runs, "model")
    known = {m: v for m in order if (v := by_seed(rows_of[m], column))}
    losses = {m: v for m in order if (v := by_seed(rows_of[m], "final_test_loss"))}
    medians = {m: float(np.median([*v.values()])) for m, v in known.items()}
    present = [*known]
    for m in r.find("stops", r"\*([^*]+)\*.*\*([^*]+)\*"):
        if "Size stops helping at" in m.string or "Size hardly matters" in m.string:
            knee, top = m[1], m[2]
            if medians[top] < max(medians.values()):
                yield f"stops: not the best median: {m.string}"
            lead = differences(known[top], known[knee], log=False)
            if len(lead) and np.mean(lead) >= 0.005 and np.median(lead) >= 0.005:
                yield f"stops: ahead by more: {m.string}"
            if "smallest structure" in m.string and knee != present[0]:
                yield f"stops: not the smallest: {m.string}"
    for m in r.find(
        "stops",
        r"largest structure, \*(.*?)\*, classifies better than every|\*(.*?)\* with \d+ parameters classifies better than every",
    ):
        top = m[1] or m[2]
        others = [differences(known[top], v, log=False) for k, v in known.items() if k != top]
        if any(len(o) and wrong(1, o) for o in others) or (m[1] and top != present[-1]):
            yield f"stops: not better than all: {m.string}"
    for m in r.find("stops", r"\*(.*?)\* with \d+ parameters comes out first with (N)"):
        if medians[m[1]] < max(medians.values()) or not among(m[2], [*known[m[1]].values()]):
            yield f"stops: not first: {m.string}"
    for name in ("before", "after", "classical"):
        for m in r.find(name, r"\*([^*]+)\*"):
            pair = re.findall(r"\*([^*]+)\*", m.string)[-2:]
            if name == "after":
                pair = [
                    re.findall(r"\*([^*]+)\*", m.string)[0],
                    re.findall(r"\*([^*]+)\*", r.said("stops"))[0],
                ][::-1]
            found = differences(known[pair[1]], known[pair[0]], log=False)
            pooled = np.array(
                [np.mean([*known[pair[1]].values()]) - np.mean([*known[pair[0]].values()])]
            )
            up = re.search(r"accuracy (?:even )?rises", m.string)
            down = re.search(r"accuracy falls|does harm|falls to", m.string)
            both = [*found, *pooled]
            if (up and wrong(1, np.array(both))) or (down and wrong(-1, np.array(both))):
                yield f"{name}: direction: {m.string}"
            if re.search("no difference|no harm|nothing of that", m.string) and apart(
                np.array(both), 0.005
            ):
                yield f"{name}: not alike: {m.string}"
    for m in r.find("classical", r"(\w+) structures? (?:has|have) more than the (\d+)"):
        if value(m[1]) != sum(sizes[k] > r.record.datasets[0].train_size for k in present):
            yield f"classical: count: {m.string}"
    means = {m: float(np.mean([*v.values()])) for m, v in known.items()}
    ranked = rank([sizes[m] for m in means], [*means.values()])
    for m in r.find(
        "trend", r"accuracy (rises|falls) with size|(\w+) (?:structures? )?are too few"
    ):
        if (m[1] == "rises" and not ranked > 0) or (m[1] == "falls" and not ranked < 0):
            yield f"trend: direction {ranked}: {m.string}"
        if m[2] and len(present) >= 6:
            yield f"trend: {len(present)} are not too few: {m.string}"
    fitted = {
        m: all(
            max([row["final_train_accuracy"], *row["train_accuracy"]]) >= 0.99
            for row in rows_of[m]
            if row[column] is not None
        )
        for m in present
    }
    yes = [m for m in present if fitted[m]]
    for m in r.find("fit", r"(?:from|of which) \*(.*?)\*"):
        if not yes or m[1] != yes[0]:
            yield f"fit: not the first: {m.string}"
        if "every run of it and of whatever is larger" in m.string and yes != present[-len(yes) :]:
            yield f"fit: not all larger ones: {m.string}"
    for m in r.find("fit", r"no structure reaches"):
        if yes:
            yield f"fit: {yes}: {m.string}"
    yield from counted(r, "fit", r"by (\w+) of (\w+) structures", len(yes), len(present))
    finals = {
        "accuracy": ("final_train_accuracy", column),
        "loss": ("final_test_loss", "final_train_loss"),
    }
    gaps = {
        name: [
            float(np.mean([x[high] - x[low] for x in rows_of[m] if x[column] is not None]))
            for m in present
        ]
        for name, (high, low) in finals.items()
    }
    signs = {name: rank([sizes[m] for m in present], own) for name, own in gaps.items()}
    for words, names, sign in (
        (r"gap widens with size in accuracy as in loss", "accuracy loss", 1),
        (r"gap narrows with size in accuracy as in loss", "accuracy loss", -1),
        (r"gap widens with size in (\w+);", None, 1),
        (r"gap narrows with size in (\w+);", None, -1),
        (r"widens with size in (\w+) and narrows", None, 1),
        (r"narrows in (\w+):", None, -1),
    ):
        for m in r.find("gap", words):
            for name in (names or m[1]).split():
                if not sign * signs[name] > 0:
                    yield f"gap: direction of {name} {signs[name]}: {m.string}"
    for m in r.find("gap", r"it is widest for \*(.*?)\*, (N)"):
        if (
            not near(m[2], 100 * max(own := gaps["accuracy"]))
            or max(own) > own[present.index(m[1])]
        ):
            yield f"gap: not the widest: {m.string}"
    for m in r.find("test-loss", r"lowest for (?:the largest structure, )?\*(.*?)\*"):
        middle = {
            k: float(np.median(np.log10([max(x, 1e-300) for x in v.values()])))
            for k, v in losses.items()
        }
        if middle[m[1]] > min(middle.values()) + 1e-9:
            yield f"test-loss: not the lowest: {m.string}"
        if "does not turn up:" in m.string and m[1] != present[-1]:
            yield f"test-loss: not the largest: {m.string}"
        found = differences(losses[present[-1]], losses[m[1]], log=True)
        if "turns up again:" in m.string and wrong(1, found):
            yield f"test-loss: direction: {m.string}"
        if (
            "does not turn up by more" in m.string
            and apart(found, LOG_MARGIN)
            and np.mean(found) > 0
        ):
            yield f"test-loss: turns up: {m.string}"
    yield from diverged(r, column)
