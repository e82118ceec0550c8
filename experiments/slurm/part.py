"""What the job of a part does: train its share of a task's runs into the cache, and no more.

Parts save time and decide nothing: the task's own job takes up what they have finished, goes on
from what they have begun, and trains the rest itself.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from experiments.compute import Request, training_code, watched
from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.share import ElsewhereError, Share
from experiments.tasks import task_module


@dataclass(frozen=True)
class ShareCache(Cache):
    """A cache that ends the part where its share is trained.

    A group is asked for once while shares are trained, and again when the task wants the outcomes
    of all groups: what comes then, measuring above all, is left to the task's own job.
    """

    asked: set[str] = field(default_factory=set, repr=False)

    def load(self, key: str) -> dict[str, Any] | None:
        """See `Cache.load`; raises ElsewhereError at the second time."""
        if key in self.asked:
            raise ElsewhereError
        self.asked.add(key)
        return super().load(key)


def train_share(request: Request, task: str, share: Share) -> None:
    """Train this share of the task's first training; raises UserError."""
    with watched(request, task) as watch, suppress(ElsewhereError):
        context = Context(
            device=request.device,
            data_dir=request.data_dir,
            cache=ShareCache(request.results.trained, training_code()),
            watch=watch,
            share=share,
        )
        task_module(task).run(request.suite.tasks[task], context)
