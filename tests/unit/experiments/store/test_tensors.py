"""Arrays of a killed training: read back as they were, or refused in one line."""

import numpy as np
import pytest

from envs.errors import UserError
from experiments.store.atomic import WriteError
from experiments.store.tensors import read_tensors, write_tensors

ARRAYS = {
    "weights": np.arange(6.0, dtype=np.float32).reshape(2, 3).T,
    "count": np.array(7),
    "none": np.zeros((0, 4)),
}


def test_arrays_come_back_as_they_were(tmp_path):
    path = tmp_path / "part.safetensors"
    write_tensors(path, ARRAYS)
    found = read_tensors(path)
    assert found.keys() == ARRAYS.keys()
    for name, value in ARRAYS.items():
        np.testing.assert_array_equal(found[name], value, strict=True)
    assert list(tmp_path.iterdir()) == [path]


def test_every_changed_bit_of_the_numbers_is_noticed(tmp_path):
    path = tmp_path / "part.safetensors"
    write_tensors(path, ARRAYS)
    whole = path.read_bytes()
    first = len(whole) - sum(value.nbytes for value in ARRAYS.values())
    for k in range(first, len(whole)):
        path.write_bytes(whole[:k] + bytes([whole[k] ^ 1]) + whole[k + 1 :])
        with pytest.raises(UserError, match="sha256: damaged; remove the file"):
            read_tensors(path)
    for length in (0, 7, first, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"part\.safetensors: cannot be read: "):
            read_tensors(path)


def test_what_the_system_refuses_is_one_line(tmp_path):
    with pytest.raises(
        WriteError, match=r"part\.safetensors: cannot be written: .*No such file"
    ) as told:
        write_tensors(tmp_path / "gone" / "part.safetensors", ARRAYS)
    assert "\n" not in str(told.value)
