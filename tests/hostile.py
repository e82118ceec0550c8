"""Strings that must stay strings: whatever field they stand in, they appear literally."""

CANARY = "/tmp/homework-canary"

HOSTILE: tuple[str, ...] = (
    r"\input{/etc/passwd} \write18{touch /tmp/homework-canary} \newpage $\undefined$ %x",
    '#panic("x") #read("/etc/passwd") #include "x.typ" #sys.version @label <label> #let x = 1',
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <!-- x --> &lt; &amp; </div>",
    "<< 7 * 7 >> <% include 'x' %> <# x #> {{ 7 * 7 }} {% raw %}",
    "{{< include /etc/passwd >}} {{< meta title >}} {{{< pagebreak >}}}",
    "title: [x] --- !!python/object:os.system {a: b} - x # y | > ...",
    "::: {.callout-note} ::: ``` ~~~ {=html} ```{python} 1/0 ``` `x`{=typst}",
    "# heading {#sec-x .unnumbered} *emph* **strong** _x_ ~sub~ ^sup^ ~~gone~~ [span]{.smallcaps}",
    "[link](http://example.invalid) ![image](/etc/passwd) <http://example.invalid> [^1] @fig-x [@k]",  # noqa: E501
    "| a | b | \\| : caption {#tbl-x} + - * 1. (a) $$x$$ \\(x\\) \\[x\\] -- --- ... 'q' \"q\"",
    "${HOME} $(touch /tmp/homework-canary) `touch x` ; rm -rf x && %s %(x)s {0} {x} \\u0041 \\n",
    "{author.name} {train-on-task.best.accuracy} {{{{ }}}} {} { }",
    "עברית ‏abc العربية ünïcödé 中文 🎉 é é Ω √ − ﬁ",
)
"""TeX, Typst, HTML, Jinja, Quarto, YAML, Markdown, shells, format strings, other scripts."""

CONTROL: tuple[str, ...] = (
    "null \x00 bell \x07 escape \x1b[31m red delete \x7f",
    "override \u202e abc isolate \u2066 x \u2069 zero \u200b width \ufeff mark",
    "private \ue000 \ue001 \ue010 7 \ue011 use",
    "line\nbreak\r\nand\ttab\x0bvertical\x0cform\x85next\u2028line\u2029paragraph",
    "lone surrogate is no TOML; noncharacter \ufffe \uffff",
)
"""Characters that do something instead of being seen: shown as \ufffd or as a space."""

LONG = "long " * 1999 + "end"
