"""A zip of Stable-Baselines3 is a policy like any other: by its path, and in a file that names it."""

import numpy as np
import pytest

from envs.errors import UserError
from experiments.cli.ingredients import list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import name_of
from experiments.evaluation.entrants import read_entrants
from policies.adapters import StableBaselines3
from tests.unit.policies.sb3_zip.zips import make, observe, start

pytestmark = pytest.mark.filterwarnings("ignore:CUDA")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a zip of PPO in it."""
    folder = tmp_path_factory.mktemp("zips")
    make("PPO").save(folder / "mine.zip")
    return folder


def test_the_path_of_a_zip_and_a_file_that_names_it_are_the_same_policy(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    file = folder / "by_file.yaml"
    file.write_text("_target_: policies.adapters.StableBaselines3\npath: mine.zip\n")
    expected = start(StableBaselines3(str(folder / "mine.zip")), 3).act(observe(3))
    for name in (str(folder / "mine.zip"), f"other:{folder}/mine.zip", str(file)):
        np.testing.assert_array_equal(start(load_policy(name), 3).act(observe(3)), expected)
    assert list(read_entrants(["rule", f"{folder}/mine.zip"], ())) == ["rule", "mine"]
    assert name_of(f"other:{folder}/mine.zip") == "other"


def test_another_zip_is_another_policy(folder):
    def files():
        names = [str(folder / "mine.zip"), str(folder / "by_file.yaml")]
        return list_ingredients(policies=names)

    (folder / "by_file.yaml").write_text(
        "_target_: policies.adapters.StableBaselines3\npath: mine.zip\n"
    )
    before = files()
    assert "mine.zip" in before["policy mine"]
    assert "mine.zip" in before["policy by_file"]
    make("PPO", learning_rate=1e-5).save(folder / "mine.zip")
    after = files()
    assert all(after[part] != before[part] for part in before)


def test_what_is_no_zip_is_one_line(tmp_path):
    (tmp_path / "no.zip").write_bytes(b"no")
    with pytest.raises(UserError, match=r"no\.zip' is not a Stable-Baselines3 zip"):
        load_policy(str(tmp_path / "no.zip"))
