"""A policy that sees through a belief filter takes no other one than it learned with."""

import pytest

from envs.errors import UserError
from policies.model_free.policy import ModelFree
from policies.world_model.model import checkpoint


@pytest.fixture
def other(tmp_path):
    def save(part):
        found = checkpoint.load(checkpoint.SHIPPED)
        part(found.learned)[...] *= 1.01
        about = {"budget": found.about["budget"]}
        checkpoint.save(tmp_path / "model", found.learned, about)
        return str(tmp_path / "model")

    return save


def test_another_filter_is_refused(other):
    changed = other(lambda learned: learned.filter.gru.wh)
    with pytest.raises(UserError, match=r"filter_sha256: learned with another belief filter"):
        ModelFree("belief_ppo", world_model=changed)


def test_another_transition_does_not_matter(other):
    ModelFree("belief_ppo", world_model=other(lambda learned: learned.transition.car.w1))
