"""Figures belong to whoever draws them."""

from matplotlib import get_backend
from matplotlib import pyplot as plt

from report.figures.style import canvas, title


def test_a_figure_is_not_pyplots() -> None:
    """So that nobody has to close it, however many are drawn, and drawing chooses no backend."""
    open_before, backend = plt.get_fignums(), get_backend()
    figures = [canvas(1, 2)[0] for _ in range(25)]
    assert all(len(figure.axes) == 2 for figure in figures)
    assert plt.get_fignums() == open_before
    assert get_backend() == backend


def test_a_function_in_pieces_is_a_title() -> None:
    tex = r"\begin{cases} 1 & \left|x\right| \le 5 \\ 0 & \text{otherwise} \end{cases}"
    figure, axes = canvas(1, 1)
    title(axes[0, 0], tex, formula=True)
    figure.draw_without_rendering()
