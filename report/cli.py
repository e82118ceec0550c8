"""The command line `homework`: run, render, report, status, check, names, diff, models,
reseal."""

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from report import __version__, commands
from report.errors import UserError
from report.interruption import InterruptedBySignal, interruptible
from report.words.terminal import say

app = typer.Typer(
    name="homework",
    help="Run the experiments of a deep learning homework and render its report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


class Device(StrEnum):
    """Where to compute."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Renderer(StrEnum):
    """Which renderer to use."""

    auto = "auto"
    quarto = "quarto"
    builtin = "builtin"


class Executor(StrEnum):
    """Who computes."""

    local = "local"
    slurm = "slurm"


SuiteName = Annotated[
    str, typer.Option("--suite", help="A suite's name, or the path of a TOML file.")
]
Smoke = Annotated[bool, typer.Option("--smoke", help="Shrink every task to seconds.")]
Only = Annotated[list[str] | None, typer.Option("--only", help="Only this task; may be repeated.")]
DeviceName = Annotated[Device, typer.Option("--device", help="auto uses a GPU where there is one.")]
ExecutorName = Annotated[Executor, typer.Option("--executor", help="Who computes the tasks.")]
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where MNIST and CIFAR-10 lie or go.")]
Force = Annotated[bool, typer.Option("--force", help="Run what is fresh again.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Tasks side by side; all cores if not given.")
]
LogDir = Annotated[
    Path | None, typer.Option("--log-dir", help="Also write scalars for TensorBoard there.")
]
RendererName = Annotated[Renderer, typer.Option("--renderer", help="auto prefers Quarto.")]
AllowStale = Annotated[
    bool, typer.Option("--allow-stale", help="Note stale records, check all else.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]

DATA = Path("data")


@app.command()
def run(
    suite: SuiteName = "quick",
    only: Only = None,
    smoke: Smoke = False,
    device: DeviceName = Device.auto,
    executor: ExecutorName = Executor.local,
    data_dir: DataDir = DATA,
    force: Force = False,
    workers: Workers = None,
    log_dir: LogDir = None,
) -> None:
    """Run the tasks of a suite that are not fresh, and draw their figures."""
    _finish(
        commands.run(suite, only or [], smoke, device, executor, data_dir, force, workers, log_dir)
    )


@app.command()
def render(
    suite: SuiteName = "full", renderer: RendererName = Renderer.auto, smoke: Smoke = False
) -> None:
    """Render the report of a suite from its records: _site/index.html and _site/report.pdf."""
    commands.render(suite, renderer, smoke)


@app.command()
def report(
    suite: SuiteName = "quick",
    only: Only = None,
    smoke: Smoke = False,
    device: DeviceName = Device.auto,
    executor: ExecutorName = Executor.local,
    data_dir: DataDir = DATA,
    force: Force = False,
    workers: Workers = None,
    log_dir: LogDir = None,
    renderer: RendererName = Renderer.auto,
) -> None:
    """Run, then render."""
    complete = commands.run(
        suite, only or [], smoke, device, executor, data_dir, force, workers, log_dir
    )
    commands.render(suite, renderer, smoke)
    _finish(complete)


@app.command()
def status(suite: SuiteName = "quick", smoke: Smoke = False, as_json: AsJson = False) -> None:
    """Say of each task whether its record is done, stale, interrupted, diverged or missing.

    Where a job of Slurm was submitted for it: whether that is queued, running or lost.
    """
    states = commands.status(suite, smoke)
    if as_json:
        say(json.dumps(states, indent=1))
        return
    for state in states:
        reasons = "; ".join(state["reasons"])
        say(f"{state['task']:<20} {state['state']:<12} {reasons}".rstrip())


@app.command()
def check(
    suite: SuiteName = "quick", smoke: Smoke = False, allow_stale: AllowStale = False
) -> None:
    """Check claims, records, figures, numbers and answers; exit status 1 and a list otherwise."""
    outcome = commands.check(suite, smoke, allow_stale)
    for found in (*outcome.problems, *outcome.notes):
        say(f"{found.topic:<10} {found.place}: {found.what}")
    counted = f"{outcome.claims} claims, {outcome.figures} figures"
    say(f"{suite}: {len(outcome.problems) or 'no'} problem(s) in {counted}")
    _finish(outcome.passed)


@app.command()
def names(suite: SuiteName = "full", smoke: Smoke = False) -> None:
    """List the numbers that a comment may cite, {name} in comments/<task>.md, with their values."""
    for name, value in commands.names(suite, smoke).items():
        say(f"{{{name}}}  {value}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A folder of results, or a git revision.")],
    after: Annotated[str, typer.Argument(help="What to compare it with.")],
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a pull request.")] = False,
) -> None:
    """Say what changed: numbers beyond their noise, sentences, tasks, settings, parameters."""
    if as_json and markdown:
        raise UserError("--json and --markdown: choose one")
    found = commands.diff(before, after)
    if as_json:
        say(json.dumps(asdict(found), indent=1, allow_nan=False))
        return
    from report.diff.shown import as_markdown, as_text

    say(as_markdown(found) if markdown else as_text(found), end="")


@app.command()
def models(suite: SuiteName = "quick", as_json: AsJson = False) -> None:
    """List every network of a suite with its number of parameters, without training."""
    found = commands.models(suite)
    if as_json:
        say(json.dumps(found, indent=1))
        return
    for model in found:
        say(f"{model['task']:<20} {model['model']:<28} {model['parameters']:>10,}")


@app.command()
def reseal(
    suite: Annotated[
        str | None, typer.Option("--suite", help="Only this suite; all that were run if not given.")
    ] = None,
) -> None:
    """Give records of version 1.0 or before their new keys, where the same code made them."""
    for line in commands.reseal(suite):
        print(line)


def _version(wanted: bool) -> None:
    if wanted:
        say(__version__)
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Run the experiments of a deep learning homework and render its report."""


def _finish(complete: bool) -> None:
    if not complete:
        raise typer.Exit(1)


def main() -> None:
    """Entry point: what the user got wrong is one line on standard error and exit status 2."""
    try:
        with interruptible():
            code = app(standalone_mode=False)
    except UserError as error:
        _fail(str(error))
    except typer.TyperException as error:
        _fail(error.format_message() or 'say what to do; "homework --help" lists the commands')
    except InterruptedBySignal as signal:
        say("homework: interrupted; the same command goes on from here", error=True)
        sys.exit(signal.status)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> None:
    say("homework: " + " ".join(message.split()), error=True)
    sys.exit(2)
