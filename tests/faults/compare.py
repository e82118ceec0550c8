"""Whether what a run left behind is what a run without a fault leaves."""

import json
from pathlib import Path
from typing import Any

OUTSIDE = ("created", "wall_seconds", "taken_up", "taken_up_seconds", "commit", "dirty")
"""What a record owes to the clock and to the checkout, not to the run."""


def contents(results: Path) -> dict[str, Any]:
    """Everything in a folder of results by name; records without `OUTSIDE` and seal.

    The work folder is there by names only; of what was trained, none.
    """
    found: dict[str, Any] = {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_dir():
            continue
        if name.startswith(".work/"):
            if not name.startswith(".work/trained/") or name.endswith(".draft"):
                found[name] = None
        elif path.parent == results and path.suffix == ".json":
            record = json.loads(path.read_text(encoding="utf-8"))
            del record["digest"]
            for key in OUTSIDE:
                del record["provenance"][key]
            found[name] = record
        elif path.name == "index.json" and path.parent.name in ("figures", "claims"):
            index = json.loads(path.read_text(encoding="utf-8"))
            found[name] = sorted(index.get("tasks", index))
        else:
            found[name] = path.read_bytes()
    return found
