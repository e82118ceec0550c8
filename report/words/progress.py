"""Progress bars with remaining time in a terminal, plain lines elsewhere."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from report.words.terminal import shown


class Bars:
    """Shows one bar per piece of work while it runs."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `experiments.engine.context.Progress`."""
        bar = self._progress.add_task(escape(shown(description)), total=max(total, 1))

        def advance(done: int) -> None:
            self._progress.update(bar, advance=done)
            if self._progress.tasks and self._progress._tasks[bar].finished:
                self._progress.update(bar, visible=False)

        return advance

    def say(self, line: str) -> None:
        """One line above the bars."""
        self._console.print(shown(line), soft_wrap=True, markup=False)
