"""Below the heading of a task: what a note says of several models stands once."""

import pytest

from report.book.section_text import once


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        ([], []),
        (['Model "a" ends in a softmax.'], ['Model "a" ends in a softmax.']),
        (
            ['Model "a" ends in a softmax.', "One seed.", 'Model "b" ends in a softmax.'],
            ['Each of the models "a" and "b" ends in a softmax.', "One seed."],
        ),
        (['Model "a": flat.', 'Model "b": flat.'], ['Models "a" and "b": flat.']),
        (['Model "a": flat.', 'Model "a": steep.'], ['Model "a": flat.', 'Model "a": steep.']),
    ],
)
def test_a_note_on_several_models_stands_once(notes: list[str], shown: list[str]) -> None:
    assert once(notes) == shown
