"""What the author may cite, by name: the values of the claims, sizes of models and data."""

from collections.abc import Mapping, Sequence

from report.records import Dataset, Model, Record
from report.words import format as fmt
from report.words.markdown import Markdown
from report.words.names import distinct, slug


def cited(record: Record, claims: Mapping[str, Mapping[str, Markdown]]) -> dict[str, Markdown]:
    """Numbers of a record by name, with those of its claims, which have their own names."""
    found = {}
    models = tuple(dict.fromkeys(record.models))
    for short, model in zip(_slugs(models), models, strict=True):
        name = f"{record.task}.models.{short}"
        found[f"{name}.parameters"] = fmt.count(model.parameters)
        found[f"{name}.depth"] = fmt.count(model.depth)
    datasets = tuple(dict.fromkeys(record.datasets))
    for short, data in zip(_slugs(datasets), datasets, strict=True):
        name = f"{record.task}.data.{short}"
        found[f"{name}.train_size"] = fmt.count(data.train_size)
        found[f"{name}.test_size"] = fmt.count(data.test_size)
    for name, values in claims.items():
        found |= {f"{name}.{value}": text for value, text in values.items()}
    return found


def _slugs(things: Sequence[Model] | Sequence[Dataset]) -> list[str]:
    """A distinct part of a citable name for each."""
    return distinct([slug(thing.name) for thing in things])
