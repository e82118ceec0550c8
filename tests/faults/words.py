"""Odd and hostile comments by the hundred, combined from elements, and how they must appear."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

SECRET = "opensesame"
"""What a file beside the report says, which no comment may bring into it."""
NUMBER = "¤"
"""In what is seen, the number of a footnote."""


@dataclass(frozen=True)
class Case:
    """What is typed in a comment, and the words that are seen of it, in their order."""

    typed: str
    seen: str


ELEMENTS = (
    ("*w*", "w"),
    ("**w**", "w"),
    ("~~w~~", "w"),
    ("***w***", "w"),
    ("`w`", "w"),
    ("``w`w``", "w`w"),
    ("[w](https://example.org)", "w"),
    ("<https://example.org/w>", "https://example.org/w"),
    ("![w](/secret.txt)", "w"),
    ("[w](javascript:alert)", "w"),
    ("*w `c`*", "w c"),
    ("**[w](https://example.org)**", "w"),
    ('"*w*"', '"w"'),
    ("$w$", "w"),
    ("x^w^", "x^w^"),
    ("x~w~", "x~w~"),
    ("[w]{.claim}", "[w]{.claim}"),
    ("<b>w</b>", "<b>w</b>"),
    ("&copy;", "©"),
)
FOLLOWING = (
    '.func()(read("/secret.txt"))',
    ".But it",
    '(read("/secret.txt"))',
    "[content]",
    "{block}",
    ";",
    ".at(0)",
    "..",
    "/* x */",
    "//x",
    "<label>",
    "@sharpness",
    '#read("/secret.txt")',
    "#panic()",
    "\\\\input{/secret.txt}",
    "= x",
    ", x",
    ": x",
    "!",
    "?x",
)
OPENINGS = (
    "= x", "== x", "/ x: y", "// x", "/* x", "#let x = 1", "#set page(width: 1pt)", "#include x",
    "@x", "<x>y", "$ x", "\\\\newpage", "\\\\def\\\\x{y}", "% x", "& x", "^ x", "(x) y", "(@) y",
    "a. x", "i) x", ": x", "| x", "@fig-x", "@eq-mine", "[@key]", "[^none]", "::: x", ":::{.x}",
    "{{< include /secret.txt >}}", "{{{< x >}}}", "{{ 7 }}", "<< 7 >>", "<% x %>", "<# x #>",
    "{.class}", "{#id}", "{#eq-mine}", "{=html}", "x{=typst}", "[x]{.claim #claim-1}",
    "~x~y^z^", "x \\~ y", "Table: x", "{a}{b}", "}}}", "]]]", ")))", "'x'y", "$5 and $6",
)  # fmt: skip
INSIDE = (
    ("# {}", "{}"), ("### {}", "{}"), ("###### {}", "{}"), ("> {}", "{}"), ("- {}", "{}"),
    ("3. {}", "{}"), ("> # {}", "{}"), ("- ## {}", "{}"), ("- > {}", "{}"), ("*{}*", "{}"),
    ("| {} | b |\n|---|---|\n| c | d |", "{} b c d"),
    ("| a | b |\n|---|---|\n| {} | d |", "a b {} d"),
    ("    {}", "{}"), ("```\n{}\n```", "{}"), ("``` {{=typst}}\n{}\n```", "{}"),
)  # fmt: skip
HOSTILE = (
    ('#read("/secret.txt")',) * 2,
    ("{{< include /secret.txt >}}",) * 2,
    ("::: {.author}",) * 2,
    ("\\\\input{/secret.txt}", "\\input{/secret.txt}"),
    ("<script>alert(1)</script>",) * 2,
    ("{#eq-mine}",) * 2,
    ("a == b",) * 2,
    ('*w*.func()(read("/secret.txt"))', 'w.func()(read("/secret.txt"))'),
    ("`w`.at(0)", "w.at(0)"),
    ("~~w~~(read)", "w(read)"),
)
TITLES = ("Claim 1", "Results", "Sec train on task", "Sec sharpness", "Evidence 1", "Refs",
          "Fig sharpness sharpness", "Claims", "Optimization", "Footnotes", "Fn1", "Fnref1",
          "Quarto content", "Title block header", "Toc", "Contents", "Search")  # fmt: skip
REFERENCES = ("202E", "202D", "2066", "2069", "200F", "7", "1B", "9B", "0", "F0023", "F1000",
              "FEFF", "E000", "E001")  # fmt: skip
LABELED = ("$$w$$ {#eq-mine}", "$$w$$\n{#eq-mine}", "$w$ {#eq-mine}", "**$$w$$ {#eq-mine}**")


def cases() -> Iterator[Case]:
    """Every case of the corpus; those that must be words are between two words of their own."""
    for (element, seen), tail in product(ELEMENTS, FOLLOWING):
        yield Case(f"{element}{tail}", f"{seen}{tail}".replace("\\\\", "\\"))
    for text in OPENINGS:
        yield Case(text, text.replace("\\\\", "\\").replace("\\~", "~"))
    for number, tail in enumerate(FOLLOWING):
        note = f"[^n{number}]"
        seen = tail.replace("\\\\", "\\")
        if tail.startswith("("):  # a link, to CommonMark
            continue
        yield Case(f"w{note}{tail}\n\n{note}: noted{number}z", f"w{NUMBER}{seen}")
    for (frame, shown), (text, words) in product(INSIDE, HOSTILE):
        code = "    {}" in frame or "```" in frame
        yield Case(frame.format(text), shown.format(text if code else words))
    for level, title in enumerate(TITLES):
        yield Case(f"{'#' * (1 + level % 6)} {title}\n\n{'#' * (1 + 5 * level % 6)} ", title)
    for code in REFERENCES:
        yield Case(f"a&#x{code};b", "a\ufffdb")
    for text in LABELED:
        yield Case(text, "w{#eq-mine}")


CIRCLES = (
    "a[^x]\n\n[^x]: note[^x]",
    "a[^x]\n\n[^x]: b[^y]\n\n[^y]: c[^X]",
    "- [^x]: b[^x]\n- a[^x]",
    "> a[^x]\n>\n> [^x]: b\n>\n>     c[^x]",
    "a[^x]\n\n[^x]: b\n\n    - c[^y]\n\n[^y]:\n    d[^x]",
)
"""Footnotes that refer to themselves."""
