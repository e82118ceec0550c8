"""A small book with every supported construct, in a folder of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from report.render import RenderResult, render
from tests.project import once
from tests.report.render.committed import render_committed

ROOT = Path(__file__).resolve().parents[3]
SHARED = ("_quarto.yml", "_quarto-typst.yml", "_quarto-quick.yml", "index.qmd", "references.bib")

FIGURE = """<svg xmlns="http://www.w3.org/2000/svg" width="460" height="240" viewBox="0 0 460 240">
<path d="M50 20V200H440" fill="none" stroke="#1b1f24"/>
<path d="M50 40C130 190 250 180 440 188" fill="none" stroke="#1f77b4" stroke-width="2"/>
<path d="M50 60C180 120 300 110 440 90" fill="none" stroke="#d95f02" stroke-width="2"/>
<text x="245" y="228" font-size="13" text-anchor="middle" fill="#1b1f24">epoch</text>
<text x="20" y="110" font-size="13" transform="rotate(-90 20 110)" text-anchor="middle">loss</text>
</svg>
"""

HOSTILE = (
    r"<script>alert(1)</script> #panic() \input{x} {{< include y >}} ${7*7} $x$ << y >> *a* `b`"
)

INDEX = r"""
::: {.cover}
CPSC 8430 Deep Learning, Homework 1\
Ada Example, C12345678, [ada@example.edu](mailto:ada@example.edu)\
Repository: <https://example.org/ada/homework>
:::

::: {.smoke}
Every number below comes from a run shrunk to seconds.
:::

The report answers every question of the homework. See @sec-deep-vs-shallow, @fig-loss,
@tbl-models and @sec-definitions.

## How to read it {.unnumbered}

A sentence that rests on numbers links to them.
"""

CHAPTER = r"""
Depth is the number of hidden layers [@zhang2017understanding]. As @keskar2017large found, and
see @eq-loss, [-@tbl-models], @sec-simulate and @fig-loss; @Fig-loss opens a sentence.[^note]

[^note]: A footnote with $x^2$ and *emphasis*.

## Simulate a function {#sec-simulate}

The loss is

$$ L(\theta) = \frac{1}{n} \sum_{i=1}^{n} \left( f_\theta(x_i) - y_i \right)^2 $$ {#eq-loss}

and without a number $$ \nabla_\theta L = 0. $$

| Model | Depth | Parameters | Final loss |
|:------|------:|-----------:|-----------:|
| shallow | 1 | 571 | 0.0123 |
| middle | 4 | 572 | 0.0045 |
| deep | 7 | 571 | 0.0007 |

: Networks with the same number of parameters {#tbl-models}

![Training loss of three networks; *lower* is better](/results/full/figures/loss.svg){#fig-loss
fig-alt="Loss against epoch: three falling curves, \"deep\" lowest"}

::: {.generated}
[The deep network ends 18 times lower than the shallow one.]{.claim
#claim-deep-wins}[1](/chapters/evidence.qmd#evidence-deep-wins){.evidence
title="loss of deep: 0.0007; of shallow: 0.0123"}
[All three have 571 or 572 parameters.]{.claim #claim-parameters}
:::

::: {.author}
My own words about this experiment, which may run over more than one line of text so that the
block is seen to wrap.
:::

::: {.callout-warning title="One run each"}
The ranking comes from one seed.
:::

::: {.callout-note collapse="true"}
## Settings

- optimizer: Adam
- learning rate: `1e-3`
:::

::: {.content-visible when-format="html"}
Only on screen.
:::

::: {.content-visible when-format="typst"}
Only on paper.
:::

### A deeper heading

1. first
2. second

> A quotation.

```toml
[settings]
epochs = 20
```

## Train on a task {#sec-train}

![Training accuracy](/results/full/figures/accuracy.svg){#fig-accuracy fig-alt="Accuracy against
epoch" width=70%}

| Key | Value |
|-----|-------|
| one | two |

: Column widths {#tbl-widths tbl-colwidths="[30,70]"}

Back to @fig-loss and @sec-optimization.
"""

LONG = "\n".join(f"| claim {i} | {i * 37 % 101} | {i / 7:.4f} |" for i in range(1, 101))

EVIDENCE = f"""
## Claims {{#sec-claims}}

[Deep wins]{{#evidence-deep-wins}}: `metrics.loss` of [the record](/results/full/simulate.json),
said in [the sentence](#claim-deep-wins).

| Claim | n | Value |
|:------|--:|------:|
{LONG}

: A hundred claims {{#tbl-evidence}}
"""


def escape(words: str) -> str:
    """Every ASCII sign with a backslash: literal in Pandoc's Markdown."""
    return "".join(f"\\{c}" if c.isascii() and not c.isalnum() and c != " " else c for c in words)


def make(folder: Path) -> Path:
    """Writes the sample book into `folder`, with the project's own configuration and styles."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=shutil.ignore_patterns("_*"))
    shutil.copytree(ROOT / "templates" / "styles", folder / "templates" / "styles")
    figures = folder / "results" / "full" / "figures"
    figures.mkdir(parents=True)
    for name in ("loss", "accuracy"):
        (figures / f"{name}.svg").write_text(FIGURE)
    (folder / "results" / "full" / "simulate.json").write_text("{}\n")
    bodies = {
        "deep-vs-shallow": CHAPTER,
        "optimization": "The surface is smooth [@li2018visualizing; @dinh2017sharp].\n",
        "generalization": f"Hostile: {escape(HOSTILE)}\n",
        "definitions": "![In an appendix](/results/full/figures/loss.svg){#fig-appendix "
        'fig-alt="The same curves"}\n\nSee @fig-appendix and @sec-deep-vs-shallow.\n',
        "reproducibility": "Seeds: 0, 1, 2.\n\n## Hardware\n\nTwo cores.\n",
        "evidence": EVIDENCE,
        "answers": "## Hardware\n\nThe same heading again: @sec-claims.\n",
    }
    texts = {f"chapters/_generated/{name}.qmd": body for name, body in bodies.items()}
    texts["chapters/_generated/index.qmd"] = INDEX
    script = f"from pathlib import Path\nfor name, text in {texts!r}.items():\n"
    script += (
        "    path = Path(name)\n    path.parent.mkdir(exist_ok=True)\n    path.write_text(text)\n"
    )
    (folder / "report").mkdir()
    (folder / "report" / "prerender.py").write_text(script)
    shutil.copyfile(ROOT / "report" / "postrender.py", folder / "report" / "postrender.py")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh sample book, in a folder with an awkward name."""
    return make(tmp_path / 'my report é\'s "1"')


@dataclass(frozen=True)
class Rendered:
    """The sample book after one render by the built-in renderer."""

    folder: Path
    result: RenderResult

    def page(self, name: str) -> str:
        return (self.folder / "_site" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = make(tmp_path_factory.mktemp("book") / "a b")
    return Rendered(folder, render(folder, "builtin"))


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed report, by the built-in renderer."""

    def make(folder: Path) -> None:
        render_committed(folder / "project", "builtin")

    return once(tmp_path_factory, "committed", make) / "project"
