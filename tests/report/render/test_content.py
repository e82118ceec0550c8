"""How the tests read a PDF: its text as it stands on the page, in whichever order it comes."""

import random

from tests.report.render.content import Element, _words


def test_signs_are_read_by_where_they_stand():
    lines = ("Table 1: n counts", "seeds¹ that did")
    signs = [
        (0, 100.0 + 10.5 * row - (3.5 if c == "¹" else 0), 50.0 + 4 * column, c)
        for row, line in enumerate(lines)
        for column, c in enumerate(line)
    ]
    random.Random(1).shuffle(signs)
    key = ("Caption 0",)
    assert _words(key, {key: Element(signs)}) == "".join(lines)


def test_both_letters_of_a_ligature_stand_before_the_next_sign():
    signs = [(0, 9.0, 1.0, "f"), (0, 9.0, 5.001, "i"), (0, 9.0, 5.0, "v"), (0, 9.0, 7.0, "e")]
    assert _words((), {(): Element(signs)}) == "five"
