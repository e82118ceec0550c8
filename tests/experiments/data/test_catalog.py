import subprocess
import sys

import pytest

from experiments.data.catalog import DATASETS
from experiments.data.formulas import FORMULAS


def test_facts_need_no_torch() -> None:
    modules = "experiments.data.catalog, experiments.data.formulas, experiments.data.image_settings"
    program = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("name", DATASETS)
def test_facts(name: str) -> None:
    facts = DATASETS[name]
    assert facts.key == name
    assert len(facts.classes) == len(set(facts.classes)) == (100 if name == "cifar100" else 10)
    assert len(bytes.fromhex(facts.sha256)) == 32


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas(name: str) -> None:
    formula = FORMULAS[name]
    assert formula.key == name
    assert formula.domain[0] < formula.domain[1]
    assert formula.math.count("{") == formula.math.count("}")
