"""The author's own words: `comments/<task>.md`, the one place where Markdown is meant.

Raw HTML, TeX and Typst, shortcodes, includes and attributes in it stay inert. A number is cited by
its name in braces, `{train-on-task.best.digits.accuracy}`, in plain text: code and mathematics are
left alone. `homework names` lists the names.
"""

import difflib
import json
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.tasks import BY_NAME
from report.words import format as fmt
from report.words.markdown import Markdown, plain

# Markdown without any way to raw output, attributes or files.
READER = "commonmark+smart+tex_math_dollars+pipe_tables+strikeout+footnotes"
WRITER = (
    "markdown-raw_html-raw_tex-raw_attribute-header_attributes-fenced_divs-bracketed_spans"
    "-simple_tables-multiline_tables-grid_tables"
)

CITED = re.compile(r"\{([a-z][a-z0-9-]*(?:\.[a-z0-9_-]+)+)\}")
"""A cited number: at least two words joined by dots, in braces, without spaces."""
_ESCAPED, _CITED = 0xF0000, 0xF1000
"""Private characters that stand for an escaped mark and for a cited number while Pandoc writes."""
_SPACES = "\n\t\u00a0"
"""What is not seen and is yet left as it is; other blanks become spaces, control characters �."""
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>]+$", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9+#-]*")


def author_words(path: Path, numbers: Mapping[str, Markdown]) -> Markdown:
    """The author's comment as a marked block; empty without a file.

    Args:
        path: the comment.
        numbers: what may be cited, by name.

    A number of a task without results is shown as missing, so that the report can be made.

    Raises UserError: not readable as text, or it cites a name that is not among `numbers`.
    """
    text = read_comment(path)
    if not text:
        return Markdown("")
    measured = {name.partition(".")[0] for name in numbers}

    def number(name: str) -> Markdown:
        task = name.partition(".")[0]
        if task in BY_NAME and task not in measured:
            return fmt.MISSING
        if name not in numbers:
            raise UserError(f"{path}: {_unknown(name, numbers)}")
        return numbers[name]

    return Markdown(f"::: {{.author}}\n{inert(text, number)}\n:::\n")


def read_comment(path: Path) -> str:
    """The author's comment as written, without surrounding blanks; raises UserError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not readable as UTF-8 text ({error}); mend the file") from error


def check_names(folder: Path) -> None:
    """Raises UserError for a comment that belongs to no task, so that none is left out unseen."""
    for path in sorted(folder.glob("*.md")):
        if path.stem not in BY_NAME and path.name != "README.md":
            near = difflib.get_close_matches(path.stem, BY_NAME, 1)
            hint = f'did you mean "{near[0]}.md"?' if near else "name it after a task"
            raise UserError(f"{path}: there is no task of this name; {hint}")


def inert(text: str, number: Callable[[str], Markdown]) -> str:
    """Markdown rewritten so that nothing but plain formatting is left in effect.

    Every punctuation mark of the words is escaped; what is neither formatting nor mathematics is
    shown as typed; images show their description; links lead to the web, e-mail, or nowhere.

    Args:
        text: the author's words.
        number: what stands for the name of a cited number.
    """
    cited: list[Markdown] = []

    def place(match: re.Match[str]) -> str:
        cited.append(number(match[1]))
        return chr(_CITED + len(cited) - 1)

    def words(content: str) -> str:
        named = CITED.sub(place, content)
        return "".join(chr(_ESCAPED + ord(c)) if c in string.punctuation else c for c in named)

    clean = "".join(c if c.isprintable() or c in _SPACES else plain(c) or " " for c in text)
    tree = json.loads(_converted(clean, READER, "json"))
    _disarm(tree["blocks"], words, _understood(tree))
    options = ("--wrap=none", "--shift-heading-level-by=2")
    made = _converted(json.dumps(tree), "json", WRITER, *options)
    safe = made.replace("{{", "\\{\\{").replace(":::", "\\:\\:\\:").strip("\n")
    return "".join(_restored(c, cited) for c in safe)


def _converted(text: str, reader: str, writer: str, *options: str) -> str:
    """`text` in another of Pandoc's formats, which it is not asked about before."""
    import pypandoc

    made: str = pypandoc.convert_text(
        text, writer, format=reader, extra_args=options, verify_format=False
    )
    return made


def _restored(character: str, cited: Sequence[Markdown]) -> str:
    code = ord(character)
    if code >= _CITED and code - _CITED < len(cited):
        return cited[code - _CITED]
    if _ESCAPED <= code < _ESCAPED + 128:
        return "\\" + chr(code - _ESCAPED)
    return character


def _disarm(node: Any, words: Callable[[str], str], formulas: set[str]) -> None:
    """Leave only plain formatting in a part of Pandoc's tree, in place."""
    if isinstance(node, list):
        for part in node:
            _disarm(part, words, formulas)
    if not isinstance(node, dict):
        return
    match node:
        case {"t": "Str", "c": str(content)}:
            node["c"] = words(content)
            return
        case {"t": "RawInline", "c": [_, content]}:
            node.update(t="Str", c=words(content))
            return
        case {"t": "RawBlock", "c": [_, content]}:
            node.update(t="Para", c=[{"t": "Str", "c": words(" ".join(content.split()))}])
            return
        case {"t": "Math", "c": [_, content]} if content not in formulas:
            node.update(t="Code", c=[["", [], []], content])
        case {"t": "Math", "c": [kind, content]}:
            # Two braces begin a shortcode, a line of colons a block; spaces change no formula.
            node["c"] = [kind, re.sub(r"([{:])(?=\1)", r"\1 ", re.sub(r"\s+:", " :", content))]
        case {"t": "Image", "c": [_, content, _]}:
            node.update(t="Emph", c=content)
        case {"t": "Link", "c": [_, content, [address, _]]}:
            if _ADDRESS.match(address):
                node["c"] = [["", [], []], content, [address, ""]]
            else:
                node.update(t="Emph", c=content)
        case {"t": "CodeBlock", "c": [[_, classes, _], content]}:
            known = [name for name in classes if _LANGUAGE.fullmatch(name)]
            node["c"] = [["", known or ["text"], []], content]
    _disarm(node.get("c"), words, formulas)


def _understood(tree: dict[str, Any]) -> set[str]:
    """The formulas that are mathematics: those that Pandoc can turn into MathML.

    It knows no command that reads, writes or defines anything.
    """
    formulas = list(_formulas(tree["blocks"]))
    if not formulas:
        return set()
    blocks = [{"t": "Para", "c": [formula]} for formula in formulas]
    page = json.dumps({**tree, "blocks": blocks})
    shown = _converted(page, "json", "html", "--mathml", "--quiet").split("<p>")[1:]
    return {
        str(formula["c"][1])
        for formula, text in zip(formulas, shown, strict=True)
        if text.startswith("<math")
    }


def _formulas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _formulas(part)
    elif isinstance(node, dict):
        if node.get("t") == "Math":
            yield node
        else:
            yield from _formulas(node.get("c"))


def _unknown(name: str, numbers: Mapping[str, Markdown]) -> str:
    near = difflib.get_close_matches(name, numbers, 1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else '"homework names" lists them'
    return f'no number is called "{name}"; {hint}'
