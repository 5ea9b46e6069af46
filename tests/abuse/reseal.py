"""Put the hash into descriptions of checkpoints that have none, or were edited by hand on purpose.

``python tests/abuse/reseal.py policies experiments/results``: every ``model.json`` and ``starts.safetensors`` below.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from safetensors import safe_open
from safetensors.numpy import save

from policies.checkpoint import SEAL, sealed
from policies.world_model.dream.simulation.starts import digest


def main(roots: list[str]) -> None:
    """Rewrite what is not sealed, and say so."""
    for root in roots:
        for path in sorted(Path(root).rglob("model.json")):
            about = json.loads(path.read_text(encoding="utf-8"))
            if "tensors_sha256" in about and about.get(SEAL) != sealed(about)[SEAL]:
                path.write_text(json.dumps(sealed(about), indent=1) + "\n", encoding="utf-8")
                sys.stdout.write(f"{path}\n")
        for path in sorted(Path(root).rglob("starts.safetensors")):
            with safe_open(path, framework="numpy") as file:
                about = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if about.get("sha256") != digest(arrays, about):
                path.write_bytes(save(arrays, about | {"sha256": digest(arrays, about)}))
                sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
