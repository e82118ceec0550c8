"""The command line `homework`: run, render, report, status, check, names, diff, models, init,
list, schema, reseal."""

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, NoReturn, TextIO, get_args, get_type_hints

import typer

from report import __version__, commands
from report.errors import UserError
from report.interruption import InterruptedBySignal, interruptible
from report.records.options import Options
from report.words.terminal import say

app = typer.Typer(
    name="homework",
    help="Run the experiments of a deep learning homework and render its report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

WHICH = ("suite", "smoke", "results")
"""Options of every command that shows records."""
RUN = ("suite", "only", "smoke", "results", "device", "executor", "data_dir", "force", "workers",
       "log_dir")  # fmt: skip
Submission = Annotated[
    bool,
    typer.Option("--submission", help="Also what a report to hand in needs: a name, all answers."),
]
AllowStale = Annotated[
    bool, typer.Option("--allow-stale", help="Note stale records, check all else.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def command(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command that is given these fields of `Options`, and options of its own by keyword."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def call(**given: Any) -> None:
            own = {name: given.pop(name) for name in tuple(given) if name not in names}
            told = {name: value for name, value in given.items() if value is not None}
            function(Options(**told, command=as_recorded(sys.argv[1:])), **own)

        own = list(inspect.signature(function).parameters.values())[1:]
        shared = [_parameter(name) for name in names]
        call.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]
        call.__name__, call.__doc__ = function.__name__, function.__doc__
        app.command()(call)
        return function

    return register


def as_recorded(arguments: Sequence[str]) -> str:
    """The command as it was typed, for its record, without absolute paths.

    Records are published, and such a path names folders of a machine, often a person.
    """
    words = (re.sub(r"(^|=)/.*", r"\1…", argument, flags=re.DOTALL) for argument in arguments)
    return " ".join(["homework", *words])


def _parameter(name: str) -> inspect.Parameter:
    """A field of `Options` as Typer reads it; an option that is left out is None or empty."""
    kind, words = get_args(get_type_hints(Options, include_extras=True)[name])
    default = getattr(Options, name)
    if kind == tuple[str, ...]:
        kind, default = list[str], []
    least = 1 if name == "workers" else None
    told = typer.Option(f"--{name.replace('_', '-')}", help=words, min=least)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, told],
    )


@command(*RUN)
def run(options: Options) -> None:
    """Run the tasks of a suite (quick, if none is given) that are not fresh; draw their figures."""
    _finish(commands.run(_or_quick(options)))


@command(*WHICH, "renderer", "single_file")
def render(options: Options) -> None:
    """Render the report of a suite from its records: _site/index.html and _site/report.pdf."""
    commands.render(commands.last_run_here(options))


@command(*RUN, "renderer")
def report(options: Options) -> None:
    """Run, then render."""
    options = _or_quick(options)
    complete = commands.run(options)
    commands.render(options)
    _finish(complete)


@command(*WHICH, "data_dir")
def status(options: Options, *, as_json: AsJson = False) -> None:
    """Say of each task whether its record is done, stale, interrupted, diverged or missing.

    Where a job of Slurm was submitted for it: whether that is queued, running or lost.
    """
    states = commands.status(commands.last_run_here(options))
    if as_json:
        say(json.dumps(states, indent=1))
        return
    for state in states:
        reasons = "; ".join(state["reasons"])
        say(f"{state['task']:<20} {state['state']:<12} {reasons}".rstrip())


@command(*WHICH, "data_dir")
def check(
    options: Options, *, allow_stale: AllowStale = False, submission: Submission = False
) -> None:
    """Check claims, records, figures, numbers and answers; exit status 1 and a list otherwise."""
    options = commands.last_run_here(options)
    passed, lines = commands.check(options, allow_stale, submission)
    say("\n".join(lines))
    _finish(passed)


@command(*WHICH)
def names(options: Options) -> None:
    """List the numbers that a comment may cite, {name} in comments/<task>.md, with their values."""
    found, faults = commands.names(commands.last_run_here(options))
    for fault in faults:
        say(f"homework: {fault}", error=True)
    for name, value in found.items():
        say(f"{{{name}}}  {value}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A folder of results, or a git revision.")],
    after: Annotated[str, typer.Argument(help="What to compare it with.")],
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a pull request.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Of a second run: keep what it moved for the appendix.")
    ] = False,
) -> None:
    """Say what changed: numbers beyond their noise, sentences, tasks, settings, parameters."""
    if as_json and (markdown or keep):
        raise UserError("--json and --markdown or --keep: choose one")
    if keep:
        say(f"kept beside {before}: {', '.join(commands.keep_repeated(before, after))}")
    form = "json" if as_json else "markdown" if markdown else "text"
    say(commands.diff(before, after, form), end="")


@command("suite", "results", "data_dir")
def models(
    options: Options,
    *,
    as_json: AsJson = False,
    built: Annotated[bool, typer.Option("--built", help="Count in the built modules.")] = False,
) -> None:
    """List every network of a suite with its number of parameters, without training."""
    found = commands.models(_or_quick(options), built)
    if as_json:
        say(json.dumps(found, indent=1))
        return
    for model in found:
        say(f"{model['task']:<20} {model['model']:<28} {model['parameters']:>10,}")


@command("results")
def init(
    options: Options,
    *,
    file: Annotated[str, typer.Argument(help="The TOML file to write.")],
) -> None:
    """Write an annotated suite that runs as it is, to begin with, and its schema beside it."""
    schema = commands.init(file, options.results)
    say(f"{file}: an annotated suite; homework report --suite {quote(file)} --smoke tries it")
    say(f"{schema}: its schema, by which editors complete and check it")


@app.command("list")
def list_names(
    what: Annotated[
        str, typer.Argument(help="functions, layers, optimizers, losses, data or tasks.")
    ],
) -> None:
    """List what a suite may name."""
    found = commands.listed(what)
    width = max(len(name) for name, _ in found)
    for name, words in found:
        say(f"{name:<{width}}  {words}".rstrip())


@app.command()
def schema() -> None:
    """Print the JSON schema of a suite, by which editors complete and check it."""
    say(commands.schema(), end="")


@command("suite", "results")
def reseal(options: Options) -> None:
    """Give records of version 1.0 or before their new keys, where the same code made them.

    Only those of one suite, or of all that were run if none is given.
    """
    for line in commands.reseal(options):
        say(line)


def _or_quick(options: Options) -> Options:
    return options if options.suite else replace(options, suite="quick")


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
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a stream that somebody put in the place
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        _check_place()
        with interruptible():
            code = app(standalone_mode=False)
            sys.stdout.flush()
    except UserError as error:
        _fail(*error.lines)
    except typer.TyperException as error:
        _fail(error.format_message() or 'say what to do; "homework --help" lists the commands')
    except InterruptedBySignal as signal:
        _fail("interrupted; the same command goes on from here", status=signal.status)
    except OSError as error:
        _fail_to_write(error)
    sys.exit(code if isinstance(code, int) else 0)


def _open_closed_streams() -> None:
    """Let a standard stream that was closed lead nowhere, before a file takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            nowhere = Path(os.devnull).open("w" if number else "r")  # noqa: SIM115 (for good)
            setattr(sys, name, nowhere)


def _check_place() -> None:
    """Raises UserError for a system or a folder in which nothing works."""
    try:
        import fcntl  # noqa: F401
    except ModuleNotFoundError:
        raise UserError(
            "this system keeps no locks as Linux and macOS do; on Windows, use WSL"
        ) from None
    try:
        os.getcwd()  # noqa: PTH109 (its fault is what is looked for)
    except FileNotFoundError:
        raise UserError(
            "the folder in which this was started is gone; change to another one"
        ) from None


def _fail(*messages: str, status: int = 2) -> NoReturn:
    try:
        for message in messages:
            say("homework: " + " ".join(message.split()), error=True)
    except OSError:  # there, too, nothing can be written; the status says it
        _lead_nowhere(sys.stderr)
    sys.exit(status)


def _lead_nowhere(stream: TextIO) -> None:
    """Where a stream cannot be written, what is still unsaid would fail again at the exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fail_to_write(error: OSError) -> NoReturn:
    """A fault of a file or of the output; an output that nobody reads any more is none."""
    _lead_nowhere(sys.stdout)
    if isinstance(error, BrokenPipeError):
        sys.exit(141)
    _fail(f"{error.filename or 'the output'}: {error.strerror}; nothing more was done")
