"""Sixteen small pictures stay what they are, to one grey level."""

import numpy as np
from PIL import Image

from tests.unit.envs.camera.make_goldens import FOLDER, pictures


def test_pictures_are_the_committed_ones():
    found = pictures()
    assert sorted(path.stem for path in FOLDER.glob("*.png")) == sorted(found)
    for name, picture in found.items():
        with Image.open(FOLDER / f"{name}.png") as image:
            golden = np.asarray(image).astype(int)
        worst = np.abs(golden - picture).max()
        assert worst <= 1, (name, int(worst))
