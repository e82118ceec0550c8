"""What makes a generated sentence one that can be read aloud."""

import re

from report.words.traced import unmarked

CAUSES = re.compile(r"\b(because|due to|thanks to|owing to|caused by|leads? to|therefore)\b", re.I)
_CITATION = re.compile(r"\[@[^\]]*\]|@[\w:-]+")
_SPAN = re.compile(r"\\[\[\]]")
_ONE_MANY = re.compile(
    r"\b(?:one|a|1) (?:seeds|runs|networks|models|structures|pairs|approaches|pixels)\b"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|\d\d+) (?:seed|run|network|pair)\b"
    r"|\b(?:one|1) [a-z]+ (?:are|have|do|were)\b"
)
_NOTHING = re.compile(r"\bfactor of (?:1|1\.0|0)\b(?![.\d×])", re.I)


def faults(text: str) -> list[str]:
    """What is wrong with a sentence (or two); empty where it reads well."""
    shown = unmarked(text).replace("\u00a0", " ")
    plain = _CITATION.sub("Source", _SPAN.sub("|", shown))
    bare = re.sub(r"\\\W", "'", re.sub(r"(?<!\\)\$[^$]*\$", "formula", plain)).replace("*", "")
    found = []
    if not re.match(r"(?:[A-Z0-9]|formula)", bare):
        found.append("does not begin with a capital")
    if not bare.endswith("."):
        found.append("does not end with a period")
    if "  " in bare or " ," in bare or " ." in bare or ",," in bare or ".." in bare:
        found.append("has stray blanks or marks")
    if bare.count("(") != bare.count(")") or plain.count("|") % 2:
        found.append("has unbalanced brackets")
    if re.search(r"[{}<>]|\bnan\b|\bNone\b|\binf\b", bare):
        found.append("shows something that is no text")
    if re.search(r"(?<![\w’'])–(?!\w)", bare):
        found.append("shows a missing value")
    if match := CAUSES.search(bare):
        found.append(f'claims a cause: "{match[0]}"')
    if match := _ONE_MANY.search(bare):
        found.append(f'singular and plural: "{match[0]}"')
    if match := _NOTHING.search(bare):
        found.append(f'says nothing: "{match[0]}"')
    if len(bare.split()) > 75:
        found.append("is too long to be read aloud")
    if re.search(r"\b(\w+) \1\b(?! that)", bare.lower()):
        found.append("repeats a word")
    return found
