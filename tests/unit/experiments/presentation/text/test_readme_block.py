"""The headline block is put between its marks, and a file without marks is refused."""

import pytest

from envs.errors import UserError
from experiments.presentation.text.readme import BEGIN, END, write_block


def test_the_text_between_the_marks_is_replaced(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_block(path, f"{BEGIN}\nnew\n{END}")
    assert path.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["nothing", f"{BEGIN} {END} {BEGIN} {END}"])
def test_marks_are_missed(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(UserError, match="expected one line"):
        write_block(path, "new")
    assert path.read_text() == text
