"""What the author may cite, by name: the values of the claims, sizes of models and data."""

from collections.abc import Mapping

from report.claims.claim import slug
from report.claims.stored import current, is_kept
from report.records import BadRecordError, Record, Results, read_record
from report.tasks import TASKS
from report.words import format as fmt
from report.words.markdown import Markdown


def cited(record: Record, claims: Mapping[str, Mapping[str, Markdown]]) -> dict[str, Markdown]:
    """Numbers of a record by name, with those of its claims, which have their own names."""
    found = {}
    for model in record.models:
        name = f"{record.task}.models.{slug(model.name)}"
        found[f"{name}.parameters"] = fmt.count(model.parameters)
        found[f"{name}.depth"] = fmt.count(model.depth)
    for data in record.datasets:
        name = f"{record.task}.data.{slug(data.name)}"
        found[f"{name}.train_size"] = fmt.count(data.train_size)
        found[f"{name}.test_size"] = fmt.count(data.test_size)
    for name, values in claims.items():
        found |= {f"{name}.{value}": text for value, text in values.items()}
    return found


def names(results: Results) -> dict[str, str]:
    """All that can be cited, with its text, by the claims that are kept; where these are not of
    the records or of the code that are here now, they are made anew.

    Raises UserError as `gather`.
    """
    kept = _kept(results)
    if kept is not None:
        return kept
    from report.book.gather import gather

    parts = gather(results)
    return {name: str(text) for part in parts for name, text in part.numbers().items()}


def _kept(results: Results) -> dict[str, str] | None:
    kept = current(results)
    records = []
    for task in TASKS:
        try:
            records.append(read_record(results.record(task.name)))
        except FileNotFoundError:
            continue
        except BadRecordError:
            return None
    one_kind = len({record.smoke for record in records}) == 1
    if not one_kind or not all(is_kept(kept, record) for record in records):
        return None
    found: dict[str, str] = {}
    for record in records:
        if record.status != "failed":
            claims = kept[record.task]["claims"]
            values = {name: claim["values"] for name, claim in claims.items()}
            found |= {name: str(text) for name, text in cited(record, values).items()}
    return found
