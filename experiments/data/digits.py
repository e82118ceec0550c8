"""The 1797 handwritten digits that scikit-learn carries: real images, no download."""

import numpy as np

from experiments.data.arrays import Arrays, arrange, verify
from experiments.data.catalog import DATASETS, DatasetFacts

SCALE = 15
"""Gray levels are 0 … 16; times 15 they fill 0 … 240 exactly, without rounding."""


def load(facts: DatasetFacts = DATASETS["digits"]) -> Arrays:
    """The images, split as scikit-learn's own example does: in file order, the last 360 to test on.

    Raises UserError when the installed scikit-learn ships other images.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = (bunch.images.astype(np.uint8) * SCALE)[:, None]
    labels = bunch.target.astype(np.uint8)
    n = facts.train_size
    return verify(
        arrange((images[:n], labels[:n]), (images[n:], labels[n:])),
        facts,
        "sklearn.datasets.load_digits",
        "install another release of scikit-learn",
    )
