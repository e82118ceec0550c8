"""The author's own words: `comments/<task>.md`, the one place where Markdown is meant.

Raw HTML, TeX and Typst, shortcodes, includes and attributes in it stay inert (`render/inert.py`).
A number is cited by its name in braces, `{train-on-task.best.digits.accuracy}`, in plain text: code
and mathematics are left alone. `homework names` lists the names. A fault costs the comment, which
is then shown as typed, and nothing else.
"""

import difflib
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.errors import UserError
from report.records.files import LONGEST, read_file
from report.render import trial
from report.render.errors import RenderError
from report.render.inert import inert, typed
from report.render.limits import LimitError
from report.tasks import BY_NAME
from report.words import format as fmt
from report.words.markdown import Markdown, escape

EMPTY = Markdown("")
_REMEDY = "write it more simply"


@dataclass(frozen=True)
class Comment:
    """A comment as written and as the report shows it; both are empty where there is none.

    `fault` says what is wrong with it, in one line that names file and remedy, or nothing.
    """

    text: str = ""
    block: Markdown = EMPTY
    fault: str = ""


def author_words(
    folder: Path, tasks: Iterable[str], numbers: Mapping[str, Markdown]
) -> dict[str, Comment]:
    """The author's comments as marked blocks, by task.

    A number of a task without results is shown as missing. What cannot be shown as Markdown is
    shown as typed, what is no text or too long is left out; both say why.

    Args:
        folder: where the comments lie.
        tasks: what they may be about.
        numbers: what may be cited, by name.

    Raises UserError: something that is no file, or a link to elsewhere, in the place of a comment.
    """
    made = {task: _comment(folder / f"{task}.md", numbers) for task in tasks}
    sound = [task for task, found in made.items() if found.block and not found.fault]
    if trial.fault([made[task].block for task in sound]):
        for task in sound:
            error = trial.fault([made[task].block])
            if error:
                path, text = folder / f"{task}.md", made[task].text
                made[task] = _as_typed(path, text, numbers, error)
    return made


def _comment(path: Path, numbers: Mapping[str, Markdown]) -> Comment:
    """One comment, not yet tried. Raises UserError as `author_words`."""
    try:
        content = read_file(path, "comment", LONGEST + 1)
    except FileNotFoundError:
        return Comment()
    place = f"{path.parent.name}/{path.name}"
    if len(content) > LONGEST:
        line = content.count(b"\n", 0, LONGEST) + 1
        return _left_out(f"{place}, line {line}: is longer than {LONGEST // 1000} kB; shorten it")
    try:
        text = content.decode("utf-8-sig").rstrip()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _left_out(f"{place}, line {line}: is not UTF-8; save the file as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Comment()
    try:
        return Comment(text, _marked(inert(text, _known(text, numbers), f"comment-{path.stem}")))
    except UserError as error:
        return _as_typed(path, text, numbers, error)


def _known(text: str, numbers: Mapping[str, Markdown]) -> Callable[[str], Markdown]:
    """What stands for a cited name of `text`."""
    measured = {name.partition(".")[0] for name in numbers}

    def number(name: str) -> Markdown:
        task = name.partition(".")[0]
        if task in BY_NAME and task not in measured:
            return fmt.MISSING
        if name not in numbers:
            raise _UnknownNameError(_unknown(name, numbers), text.find(f"{{{name}}}"))
        return numbers[name]

    return number


class _UnknownNameError(UserError):
    """A name that is cited and unknown, and where in the text it stands."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def _as_typed(path: Path, text: str, numbers: Mapping[str, Markdown], error: UserError) -> Comment:
    """The comment as it was typed, and why; left out where even that cannot be set."""
    line = _line(text, numbers, error)
    remedy = f"; {_REMEDY}" if isinstance(error, RenderError) else ""
    fault = f"{path.parent.name}/{path.name}, line {line}: {' '.join(str(error).split())}{remedy}"
    note = f"*{escape(f'Shown as typed: {fault}')}*"
    block = _marked(f"{note}\n\n{typed(text)}")
    return _left_out(fault) if trial.fault([block]) else Comment(text, block, fault)


def _line(text: str, numbers: Mapping[str, Markdown], error: UserError) -> int:
    """The line that `error` comes from: the first of the first paragraph with which it comes."""
    if isinstance(error, _UnknownNameError):
        return text.count("\n", 0, error.position) + 1
    ends = [match.end() for match in re.finditer(r"\n[ \t]*(?=\n)", text)]
    if isinstance(error, LimitError) or not ends:
        return 1 + len(text) - len(text.lstrip("\n"))
    sound = bisect_left(ends, True, key=lambda end: _fails(text[:end], numbers))
    begin = ends[sound - 1] if sound else 0
    rest = text[begin:]
    return text.count("\n", 0, begin + len(rest) - len(rest.lstrip())) + 1


def _fails(text: str, numbers: Mapping[str, Markdown]) -> bool:
    try:
        return trial.fault([inert(text, _known(text, numbers), "trial")]) is not None
    except UserError:
        return True


def _left_out(fault: str) -> Comment:
    return Comment("", _marked(f"*{escape(f'Left out: {fault}')}*"), fault)


def _marked(words: str) -> Markdown:
    return Markdown(f"::: {{.author}}\n{words}\n:::\n") if words else EMPTY


def check_names(folder: Path) -> None:
    """Raises UserError for a comment that belongs to no task, so that none is left out unseen."""
    for path in sorted(folder.glob("*.md")):
        if path.stem not in BY_NAME and path.name != "README.md":
            near = difflib.get_close_matches(path.stem, BY_NAME, 1)
            hint = f'did you mean "{near[0]}.md"?' if near else "name it after a task"
            raise UserError(f"{path}: there is no task of this name; {hint}")


def _unknown(name: str, numbers: Mapping[str, Markdown]) -> str:
    near = difflib.get_close_matches(name, numbers, 1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else '"homework names" lists them'
    return f'no number is called "{name}"; {hint}'
