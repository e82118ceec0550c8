"""How functions were sampled and in which steps, in words: from the settings of a record."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from report.records import Record
from report.sections.settings import loss_name
from report.words import format as fmt
from report.words.markdown import Markdown, join

SPREAD = {
    "grid": "on evenly spaced points of its domain",
    "random": "on points drawn at random from its domain",
    "file": "on the points of a file",
}
TESTED = {
    "grid": "the midpoints of the training grid",
    "random": "the midpoints of an even grid where training points were drawn at random",
    "file": "every fifth point of a file",
}


def sampling(function: Mapping[str, Any]) -> str:
    """`grid`, `random` or `file`."""
    return "file" if function.get("file") else str(function.get("sampling", "grid"))


def between(record: Record, names: Collection[str]) -> Markdown:
    """Where the test points of these functions lie, after "between the training points"."""
    midpoints = all(sampling(f) == "grid" for f in functions(record) if f["name"] in names)
    return Markdown("at their midpoints" if midpoints else "at the test points")


def fitted_on(record: Record) -> Markdown:
    """On which points each function is fitted, and how many of them a step uses; one sentence."""
    spread = " or ".join(SPREAD[kind] for kind in _kinds(record))
    settings: Any = record.settings
    steps = sorted(
        {
            (min((settings["training"] | own).get("batch_size") or points, points), points)
            for function in functions(record)
            for points in [int(function["points"])]
            for model in settings["models"]
            for own in [(function.get("training") or {}) | (model.get("training") or {})]
        }
    )
    if all(size == points for size, points in steps):
        return Markdown(f"{spread}, all of them in every step, so that an epoch is one step.")
    fewest, most = (fmt.count(size) for size, _ in (steps[0], steps[-1]))
    if len(steps) == 1:
        return Markdown(f"{spread}; a step uses {most} of the {fmt.count(steps[0][1])} points.")
    least = f"between {fewest} and " if fewest != most else ""
    return Markdown(f"{spread}; a step uses {least}{most} of them.")


def checked_on(record: Record) -> Markdown:
    """What the test points are."""
    return Markdown(join([TESTED[kind] for kind in _kinds(record)]))


def is_scaled(record: Record, name: str) -> bool:
    """Whether the losses of a function are those of values with standard deviation 1."""
    return any(bool(f.get("scale")) for f in functions(record) if f["name"] == name)


def losses(record: Record) -> list[str]:
    """The losses that are trained on, by the names of the settings; mostly one."""
    settings: Any = record.settings
    common = settings.get("training", {}).get("loss", "mse")
    found = [
        (one.get("training") or {}).get("loss") or common
        for one in (*functions(record), *settings.get("models", [])) or ({},)
    ]
    return list(dict.fromkeys(loss["name"] if isinstance(loss, dict) else loss for loss in found))


def loss_words(record: Record) -> Markdown:
    """The loss in words; of several, that each has its own."""
    found = losses(record)
    return loss_name(found[0]) if len(found) == 1 else Markdown("that of each training")


def functions(record: Record) -> list[Mapping[str, Any]]:
    """The settings of the functions."""
    return cast(list[Mapping[str, Any]], record.settings.get("functions", []))


def _kinds(record: Record) -> list[str]:
    given = {sampling(function) for function in functions(record)}
    return [kind for kind in SPREAD if kind in given] or ["grid"]
