"""Train a learned policy; world_model and its variants learn from data that `experiments.collect` has written."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.training.configuration import TrainConfiguration

    config = validate(TrainConfiguration, values)
    if config.policies == "dreamer_v3":
        from experiments.training.dreamer_v3 import train as dreamer_v3
        from experiments.training.model_free import segments

        about = dreamer_v3.train(config.dreamer_v3, config.model_free, config.output, config.seed)
        sys.stdout.write(segments.describe(about))
    elif config.policies == "pixel_ppo":
        from experiments.training.model_free import pixels, segments

        about = pixels.train(config.pixel_ppo, config.model_free, config.output, config.seed)
        sys.stdout.write(segments.describe(about))
    elif config.policies == "trees":
        from experiments.cli.extras import require_sklearn

        require_sklearn()
        from experiments.training.model_free import segments
        from experiments.training.trees import train as trees

        about = trees.train(config.trees, config.model_free, config.output, config.seed)
        sys.stdout.write(segments.describe(about) + f"{about['leaves']:,} leaves\n")
    elif config.policies != "world_model":
        from experiments.training.model_free import segments
        from experiments.training.model_free import train as model_free

        about = model_free.train(config.policies, config.model_free, config.output, config.seed)
        sys.stdout.write(segments.describe(about))
    else:
        from experiments.training.world_model import train as world_model

        sys.stdout.write(world_model.describe(world_model.train(config)))
    sys.stdout.write(f"{config.output}\n")


COMMAND = Command(_run, config_name="train")


if __name__ == "__main__":
    COMMAND.run()
