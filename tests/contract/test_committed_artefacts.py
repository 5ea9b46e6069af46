"""Every committed result and checkpoint can be read by the code of the same commit, or it is not committed."""

import json
import subprocess
from pathlib import Path

import av
import matplotlib.image
import pytest
import yaml

from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.presentation.joining.gather import gather
from experiments.presentation.text.audit_table import read as read_audit
from experiments.records import table as records
from policies.world_model.dream.simulation.starts import read_starts

ROOT = Path(__file__).parents[2]
RESULTS = "experiments/results/"
TUNED = "conf/policy/rule_tuned"
GOLDENS = "tests/unit/envs/camera/goldens/"
ENDINGS = {".json", ".mp4", ".parquet", ".png", ".safetensors"}

POLICY_OF = {
    "roadworld-world-model": "world_model",
    "roadworld-trees": "trees",
}


def tracked():
    """Files of the commit that a program wrote: results, and whatever ends like one."""
    command = ["git", "ls-files", "-z"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in found.stdout.split("\0") if (ROOT / name).is_file()]
    return [
        name for name in names if name.startswith((RESULTS, TUNED)) or Path(name).suffix in ENDINGS
    ]


FILES = tracked()
CHECKPOINTS = [name for name in FILES if Path(name).name == "model.json"]
RULES = [name for name in FILES if Path(name).suffix == ".yaml"]
RECORDS = [name for name in FILES if Path(name).name == "records.parquet"]
# tests read them
TABLES = [name for name in FILES if Path(name).suffix == ".parquet" and name not in RECORDS]
STARTS = [name for name in FILES if Path(name).name == "starts.safetensors"]
PICTURES = [name for name in FILES if Path(name).suffix == ".png"]
FILMS = [name for name in FILES if Path(name).suffix == ".mp4"]
TEXTS = [name for name in FILES if Path(name).suffix in {".md", ".svg"}]  # read by people


def load(folder, tmp_path):
    """The policy that drives with a checkpoint, by its ordinary policy file."""
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    name = POLICY_OF.get(about["format"])
    name = name or ("belief_ppo" if about["sees_belief"] else about["algorithm"])
    path = tmp_path / "policy.yaml"
    path.write_text(
        yaml.safe_dump(read_mapping(locate("policy", name)) | {"checkpoint": str(folder)})
    )
    return load_policy(str(path))


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_checkpoint_drives(name, tmp_path):
    assert load((ROOT / name).parent, tmp_path).budget.environment_steps > 0


@pytest.mark.skipif(not CHECKPOINTS, reason="not a git checkout")
def test_a_checkpoint_of_another_version_is_noticed(tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    source = (ROOT / CHECKPOINTS[0]).parent
    about = json.loads((source / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(about | {"schema": about["schema"] - 1}))
    (folder / "model.safetensors").write_bytes((source / "model.safetensors").read_bytes())
    with pytest.raises(UserError, match="schema: got"):
        load(folder, tmp_path)


@pytest.mark.parametrize("name", RULES)
def test_tuned_rules_drive(name):
    assert load_policy(str(ROOT / name)).budget.environment_steps > 0


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_whole(name):
    # hash, columns and types are checked while they are read
    source = gather([(ROOT / name).parent])
    assert records.compute_sha256(source.table) == source.provenance["records_sha256"]


@pytest.mark.parametrize("name", STARTS)
def test_dreams_start(name):
    assert len(read_starts(ROOT / name).families) > 0


def test_the_audit_is_read():
    assert len(read_audit(ROOT / RESULTS / "audit").subjects) > 1


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_opens(name):
    shape = matplotlib.image.imread(ROOT / name).shape[:2]
    if name.startswith(GOLDENS):
        assert shape == (64, 96)
    else:
        assert min(shape) > 100


@pytest.mark.parametrize("name", FILMS)
def test_a_film_plays(name):
    with av.open(str(ROOT / name)) as film:
        assert next(film.decode(video=0)).width > 100


def test_nothing_is_left_out():
    """A new kind of file needs a test that reads it."""
    if not FILES:
        pytest.skip("not a git checkout")
    known = {*CHECKPOINTS, *RULES, *RECORDS, *TABLES, *STARTS, *PICTURES, *FILMS, *TEXTS}
    known |= {str(Path(name).with_name("model.safetensors")) for name in CHECKPOINTS}
    rest = [name for name in FILES if name not in known]
    assert {Path(name).suffix for name in rest} == {".json"}
    assert all(json.loads((ROOT / name).read_text(encoding="utf-8")) for name in rest)
