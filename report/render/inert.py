"""Markdown of which nothing but plain formatting is left: what the author writes, made harmless.

The text is parsed, disarmed as a tree, and written again as Quarto Markdown in which every
punctuation mark of the words is escaped.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from report.errors import UserError
from report.render.footnotes import without_circles
from report.render.limits import COMMENT
from report.render.pandoc import (
    NESTING,
    Blocks,
    Inlines,
    Node,
    depth,
    document,
    nodes,
    plain_text,
    run,
    transform,
)
from report.words.markdown import Markdown, plain

# Markdown without any way to raw output, attributes or files.
READER = "commonmark+smart+tex_math_dollars+pipe_tables+strikeout+footnotes+task_lists"
WRITER = (
    "markdown-raw_html-raw_tex-raw_attribute-fenced_divs-bracketed_spans"
    "-simple_tables-multiline_tables-grid_tables-smart"
)
CITED = re.compile(r"\{([a-z][a-z0-9-]*(?:\.[\w-]+)+)\}")
"""A cited number: at least two words joined by dots, in braces, without spaces."""
SECTION = 2
"""Level of the headings below which a text stands."""
DEEPEST = 4
"""Lists and quotations within each other: LaTeX sets no more."""
DEEPEST_NODE = 24
"""Elements within each other, of whatever kind."""
_COMPARED = NESTING | {
    *("Header", "Table", "Note", "Link", "Emph", "Strong", "Strikeout", "Quoted", "Image"),
    *("RawInline", "Div", "Span", "Cite", "Superscript", "Subscript", "DefinitionList"),
}

_ESCAPED, _PIECE = 0xF0000, 0xF1000
"""Private characters that stand for an escaped mark and for a piece of Markdown of our own while
Pandoc writes."""
_LABEL = re.compile(r"\{(?=#eq-)")
_TAKEN = re.compile(r"\{\{|:::")
"""What Quarto looks for in code, too: shortcodes; and what begins a line that ends a block."""
_SPACES = "\n\t\u00a0"
"""What is not seen and is yet left as it is; other blanks become spaces, control characters �."""
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>]+$", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9+#-]*")
_RULE = "* * * * *"


def inert(text: str, number: Callable[[str], Markdown], prefix: str) -> str:
    """`text` rewritten so that nothing but plain formatting is left in effect.

    What is neither formatting nor mathematics is shown as typed; images show their description;
    links lead to the web, e-mail, or nowhere; headings go below the section's own, unnumbered.

    Args:
        text: the author's words, in CommonMark with formulas, footnotes and tables.
        number: what stands for the name of a cited number.
        prefix: begins every identifier, so that none is the report's own.

    Raises:
        UserError: it nests too deeply; a number is not known.
        LimitError: Pandoc needs too much time or memory for it.
    """
    blocks = _parsed(without_circles(clean(text)))
    return _Disarmed(number, prefix, _understood(blocks)).written(blocks)


def clean(text: str) -> str:
    """`text` with its lines, but no control or direction-changing characters."""
    return "".join(c if c.isprintable() or c in _SPACES else plain(c) or " " for c in text)


def typed(text: str) -> str:
    """Markdown that shows `text` as it was typed, line by line."""
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", clean(text).strip("\n"))
    return "\n\n".join("\\\n".join(map(_line, part.split("\n"))) for part in paragraphs)


def _line(text: str) -> str:
    words = text.expandtabs(4).lstrip(" ")
    indent = "\u00a0" * (len(text.expandtabs(4)) - len(words))
    return indent + re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", words)


def _parsed(text: str) -> Blocks:
    made = _pandoc(text, READER, "json")
    try:
        blocks: Blocks = json.loads(made)["blocks"]
        deepest, nested = depth(blocks)
    except RecursionError:
        deepest = nested = DEEPEST_NODE + 1
    if nested > DEEPEST or deepest > DEEPEST_NODE:
        raise UserError(
            f"lists and quotations stand more than {DEEPEST} deep in each other, or emphasis more "
            f"than {DEEPEST_NODE}; nest less"
        )
    return blocks


def _pandoc(text: str, reader: str, writer: str, *options: str) -> str:
    return run(["-f", reader, "-t", writer, "--quiet", *options], text, Path("/"), COMMENT)


class _Disarmed:
    """One text on its way from the tree to Markdown."""

    def __init__(self, number: Callable[[str], Markdown], prefix: str, formulas: set[str]) -> None:
        self._number, self._prefix, self._formulas = number, prefix, formulas
        self._pieces: list[str] = []

    def written(self, blocks: Blocks) -> str:
        """The whole text as Markdown. Raises UserError where Pandoc would read it otherwise."""
        fitted = self._fitted(blocks)
        made = _pandoc(
            document(fitted),
            *("json", WRITER, "--wrap=none", f"--id-prefix={self._prefix}-"),
        )
        safe = made.replace("{{", "\\{\\{").replace(":::", "\\:\\:\\:").strip("\n")
        marked = "".join(map(_escaped, safe))
        read: Blocks = json.loads(_pandoc(marked, "markdown", "json"))["blocks"]
        if _content(read) != _content(fitted):
            raise UserError("Markdown that Quarto reads otherwise; write it more simply")
        return "".join(map(self._piece_at, marked))

    def _fitted(self, blocks: Blocks) -> Blocks:
        """The blocks disarmed, headings of any levels and order below the section's, not empty."""
        fitted: Blocks = []
        above: list[int] = []
        for block in blocks:
            if block["t"] != "Header":
                fitted += self._disarmed([block])
                continue
            level, _, words = block["c"]
            title = transform(self._disarmed(words), _unbroken)
            self._keep_digits_apart(title)
            if not plain_text(title).strip():
                continue
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            shown = min(SECTION + len(above), 6)
            name = str(1 + sum(before["t"] == "Header" for before in fitted))  # behind the prefix
            fitted.append(_heading(shown, name, title))
        return fitted

    def _disarmed(self, nodes: list[Node]) -> list[Node]:
        made: list[Node] = transform(nodes, self._disarm, passed=frozenset())
        return made

    def _disarm(self, node: Node) -> Node | list[Node] | None:
        """What stands for one node, whose children are disarmed."""
        if node["t"] in ("Para", "Plain", "Emph", "Strong", "Strikeout"):
            self._keep_digits_apart(node["c"])
        match node:
            case {"t": "Str" | "RawInline", "c": content}:
                return _str(self._words(content if isinstance(content, str) else content[1]))
            case {"t": "RawBlock", "c": [_, content]}:
                return {"t": "Para", "c": self._lines(content)}
            case {"t": "Math", "c": [kind, content]} if content in self._formulas:
                # Two braces begin a shortcode, a line of colons a block; spaces change no formula.
                apart = re.sub(r"([{:])(?=\1)", r"\1 ", re.sub(r"\s+:", " :", content))
                return {"t": "Math", "c": [kind, apart]}
            case {"t": "Math" | "Code", "c": [_, content]}:
                return self._code(content)
            case {"t": "CodeBlock", "c": [[_, classes, _], content]}:
                if _TAKEN.search(content):
                    return {"t": "Para", "c": self._lines(content)}
                known = [name for name in classes if _LANGUAGE.fullmatch(name)]
                return {"t": "CodeBlock", "c": [["", known or ["text"], []], clean(content)]}
            case {"t": "Image", "c": [_, content, _]}:
                return _emphasis("Emph", content)
            case {"t": "Link", "c": [_, content, [address, _]]}:
                if not _ADDRESS.match(address) or not address.isprintable():
                    return _emphasis("Emph", content)
                target = address.replace("{", "%7B").replace("}", "%7D")
                shown = content if plain_text(content).strip() else [_str(self._words(address))]
                return {"t": "Link", "c": [["", [], []], shown, [target, ""]]}
            case {"t": "Emph" | "Strong" | "Strikeout" as kind, "c": content}:
                return _emphasis(kind, content)
            case {"t": "Quoted", "c": [kind, content]}:
                opening, closing = "“”" if kind["t"] == "DoubleQuote" else "‘’"
                return [_str(opening), *content, _str(closing)]
            case {"t": "Header", "c": [_, _, content]}:  # in a list, quotation or footnote
                return {"t": "Para", "c": [{"t": "Strong", "c": transform(content, _unbroken)}]}
            case {"t": "HorizontalRule"}:  # a line of dashes could begin a table
                return {"t": "RawBlock", "c": ["markdown", _RULE]}
            case {"t": "Table"}:
                return transform(node, self._in_cell)  # type: ignore[no-any-return]
        return None

    def _words(self, content: str) -> str:
        """Text with every mark escaped, numbers cited, and no label that Quarto would see."""

        def cite(match: re.Match[str]) -> str:
            return self._piece(self._number(match[1]))

        cited = CITED.sub(cite, _LABEL.sub(lambda _: self._piece("[\\{]{.typed}"), clean(content)))
        return "".join(chr(_ESCAPED + ord(c)) if c in string.punctuation else c for c in cited)

    def _keep_digits_apart(self, inlines: Inlines) -> None:
        """Write a digit right behind a formula as a reference: Pandoc would see no formula."""
        for before, after in pairwise(inlines):
            if before["t"] == "Math" and after["t"] == "Str" and after["c"][:1].isdecimal():
                after["c"] = self._piece(f"&#{ord(after['c'][0])};") + after["c"][1:]

    def _code(self, content: str) -> Node:
        if _TAKEN.search(content):
            return _str(self._words(content))
        return {"t": "Code", "c": [["", [], []], clean(content)]}

    def _lines(self, content: str) -> Inlines:
        """Text line by line, as typed."""
        shown: Inlines = []
        for line in content.strip("\n").split("\n"):
            words = line.lstrip(" ")
            indent = "\u00a0" * (len(line) - len(words))
            shown += [*([{"t": "LineBreak"}] if shown else []), _str(indent + self._words(words))]
        return shown

    def _in_cell(self, node: Node) -> Node | None:
        """Code with a bar, which would end the cell, as words."""
        if node["t"] in ("Code", "Math") and "|" in node["c"][1]:
            return _str(self._words(node["c"][1]))
        return None

    def _piece(self, markdown: str) -> str:
        self._pieces.append(markdown)
        return chr(_PIECE + len(self._pieces) - 1)

    def _piece_at(self, character: str) -> str:
        place = ord(character) - _PIECE
        return self._pieces[place] if 0 <= place < len(self._pieces) else character


def _escaped(character: str) -> str:
    mark = ord(character) - _ESCAPED
    return "\\" + chr(mark) if 0 <= mark < 128 else character


def _content(blocks: Blocks) -> tuple[list[str], str]:
    """What is in the blocks, to be compared: kinds of elements, and all letters."""
    kinds: list[str] = []
    letters: list[str] = []

    def collect(node: Node) -> None:
        match node:
            case {"t": "Str", "c": content}:
                letters.append("".join(map(_unescaped, content)))
            case {"t": "Code" | "CodeBlock" | "Math" as kind, "c": [_, content]}:
                letters.append(content)
                kinds.append(kind)
            case {"t": str(kind)} if kind in _COMPARED:
                kinds.append(kind)

    transform(blocks, collect, passed=frozenset())
    return sorted(kinds), "".join("".join(letters).split())


def _unescaped(character: str) -> str:
    mark = ord(character) - _ESCAPED
    return chr(mark) if 0 <= mark < 128 else character


def _str(words: str) -> Node:
    return {"t": "Str", "c": words}


def _emphasis(kind: str, content: Inlines) -> list[Node]:
    """`content` emphasized, once: Markdown has no emphasis of nothing and none within its own."""
    inner = transform(content, lambda node: node["c"] if node["t"] == kind else None)
    return [{"t": kind, "c": inner}] if plain_text(inner).strip() else inner


def _unbroken(node: Node) -> Node | None:
    return {"t": "Space"} if node["t"] == "LineBreak" else None


def _heading(level: int, name: str, title: Inlines) -> Node:
    return {"t": "Header", "c": [level, [name, ["unnumbered", "unlisted"], []], title]}


def _understood(blocks: Blocks) -> set[str]:
    """The formulas that are mathematics: those that Pandoc can turn into MathML.

    It knows no command that reads, writes or defines anything.
    """
    formulas = [node for node in nodes(blocks) if node["t"] == "Math"]
    if not formulas:
        return set()
    page = document([{"t": "Para", "c": [formula]} for formula in formulas])
    shown = _pandoc(page, "json", "html", "--mathml").split("<p>")[1:]
    return {
        str(formula["c"][1])
        for formula, text in zip(formulas, shown, strict=True)
        if text.startswith("<math") and clean(formula["c"][1]) == formula["c"][1]
    }
