"""Claims as they were when the figures were drawn, stored to notice when they no longer hold."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from report.book.gather import Part
from report.claims.claim import Claim, named
from report.errors import UserError
from report.records import Results
from report.records.record import digest
from report.records.store import write_text
from report.words.traced import unmarked

SCHEMA = 1


@dataclass(frozen=True)
class Change:
    """A claim that has changed: what it said before, and what the records say now."""

    name: str
    before: str
    now: str


def store_claims(results: Results, parts: Sequence[Part]) -> None:
    """Store the claims of every task; an unchanged file is not touched.

    Raises UserError if the file cannot be written.
    """
    tasks = {
        part.task.name: {
            "record": digest(part.record.content()),
            "claims": {name: as_kept(claim) for name, claim in claims_of(part).items()},
        }
        for part in parts
        if part.record is not None and part.section is not None
    }
    text = json.dumps({"schema": SCHEMA, "tasks": tasks}, indent=1, ensure_ascii=False) + "\n"
    if not results.claims.is_file() or results.claims.read_bytes() != text.encode():
        write_text(results.claims, text)


def claims_of(part: Part) -> dict[str, Claim]:
    """The claims of a part by name."""
    return named([numbered.claim for group in part.claims for numbered in group])


def read_claims(results: Results) -> dict[str, Any]:
    """The stored claims by task; empty if there are none.

    Raises UserError if the file is damaged.
    """
    try:
        content = json.loads(results.claims.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise ValueError(f"schema {content['schema']}")
        return {task: dict(kept["claims"]) for task, kept in content["tasks"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{results.claims}: not a list of claims ({error}); "
            "delete it and run the suite again, which writes it"
        ) from error


def changes(kept: dict[str, Any], part: Part) -> Iterator[Change]:
    """Claims whose verdict or numbers differ from the stored ones; a new wording is no change."""
    now = claims_of(part)
    for name in dict.fromkeys([*kept, *now]):
        before = kept.get(name)
        after = as_kept(now[name]) if name in now else None
        if before is None or after is None or not _same(before, after):
            yield Change(name, _told(before), _told(after))


def _same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    common = before["values"].keys() & after["values"].keys()
    return before["verdict"] == after["verdict"] and all(
        before["values"][name] == after["values"][name] for name in common
    )


def as_kept(claim: Claim) -> dict[str, Any]:
    """A claim in its stored form: verdict, text, values."""
    return {
        "verdict": claim.verdict,
        "text": unmarked(claim.text),
        "values": {name: unmarked(text) for name, text in claim.values.items()},
    }


def _told(content: dict[str, Any] | None) -> str:
    return "nothing" if content is None else str(content["text"])
