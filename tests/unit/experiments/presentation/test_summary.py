"""Records to tables: matched pairs, floors, scores, the worst; and refusals."""

import colorsys
import json
import re

import numpy as np
import pyarrow as pa
import pytest

from envs.errors import UserError
from envs.scenario.suite import Outcomes
from envs.specification import component
from experiments.evaluation.entrants import Entrant
from experiments.presentation.figures.figures import draw_all
from experiments.presentation.page.index import write_page
from experiments.presentation.page.shell import SCRIPTS
from experiments.presentation.summaries.instances import find_best, find_worst
from experiments.presentation.summaries.kinds import (
    CONSTANT,
    LEARNED,
    MODEL,
    ORACLE,
    OTHER,
    PLANNER,
    RULES,
)
from experiments.presentation.summaries.summary import ALL, align, summarise, with_kinds
from experiments.presentation.text.tables import markdown, outcome_cells, render, to_plain
from experiments.records.prices import CORE_HOUR_USD, Price, to_usd
from policies.base import Budget

STRATA = {"seen": ("lone_object", "cut_out"), "phantom": ("phantom",)}
COSTS = {"keep": 1000.0, "brake": 3000.0, "mine": 400.0, "clairvoyant": 100.0}


ENTRANTS = {
    "keep": Entrant(is_floor=True),
    "brake": Entrant(is_floor=True),
    "mine": Entrant(budget=Budget(200_000, 360.0)),
    "clairvoyant": Entrant(is_privileged=True),
}


KINDS_OF = {
    "keep": CONSTANT, "brake": CONSTANT, "mine": OTHER, "clairvoyant": ORACLE, "ppo": LEARNED, "planner": PLANNER,
    "rule": RULES, "model": MODEL,
}  # fmt: skip


def make(policies=tuple(COSTS), seeds=20, **changes):
    """Records in which policies differ by known means."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, 10.0, 3 * seeds)
    rows = []
    for policy in policies:
        k = 0
        for stratum, families in STRATA.items():
            for family in families:
                for seed in range(seeds):
                    cost = COSTS.get(policy, 500.0) + noise[k]
                    rows.append(
                        {
                            "policy": policy,
                            "policy_seed": 0,
                            "suite": "toy",
                            "split": "test",
                            "stratum": stratum,
                            "family": family,
                            "seed": 100 * k + seed,
                            "objects": "box_empty",
                            "reason": "a rule",
                            "instance_hash": f"{k}",
                            "cost_setting": "loc_8",
                            "cost_usd": cost,
                            "peak_braking_mps2": 4.0 if policy == "brake" else 1.0,
                            "decision_cpu_ms": 0.5,
                            "decisions": 100,
                            "imagined_s": 40.0 if policy == "mine" else 0.0,
                            **{f"cost_{name}_usd": cost / 16 for name in component.NAMES},
                        }
                    )
                    k += 1
    for change in changes.get("edit", ()):
        change(rows)
    return pa.Table.from_pylist(rows)


def summary_of(table, policies=tuple(COSTS), **options):
    return summarise(
        table,
        {name: ENTRANTS.get(name, Entrant()) for name in policies},
        **{
            "strata": list(STRATA),
            "reference": "mine",
            "level": 0.95,
            "num_resamples": 200,
            **options,
        },
    )


def test_summary_of_known_costs():
    summary = summary_of(make())
    assert summary.floor == "keep"
    assert summary.num_instances == {"seen": 40, "phantom": 20, ALL: 60}
    rows = {row.policy: row for row in summary.rows}
    # (1000 - 400) / (1000 - 100); the noise is common to all
    assert rows["mine"].score[ALL].value == pytest.approx(100 * 600 / 900)
    assert rows["keep"].score[ALL] == (0.0, 0.0, 0.0)
    assert rows["clairvoyant"].score[ALL] == (100.0, 100.0, 100.0)
    assert rows["brake"].hard_braking.value == 1.0
    assert rows["mine"].hard_braking.value == 0.0
    # 60 episodes of 100 decisions of 0.5 ms: 3 CPU-s for 40 imagined minutes
    assert rows["mine"].price == Price("mine", 200_000, 360.0, 0.5, pytest.approx(0.075))
    assert rows["keep"].price == Price("keep", None, None, 0.5, None)
    assert to_usd(360.0) == pytest.approx(0.1 * CORE_HOUR_USD)


def test_contestants_come_before_oracles_and_verdicts_are_right():
    compared = summary_of(make()).comparisons
    assert [item.policy for item in compared] == ["keep", "brake", "clairvoyant"]
    assert [item.verdict.better for item in compared] == ["B", "B", "A"]
    # common noise cancels: the difference is known exactly
    assert compared[0].difference[ALL].mean.value == pytest.approx(600.0)
    assert compared[0].difference[ALL].sd == pytest.approx(0.0, abs=1e-9)


def test_no_score_without_the_clairvoyant():
    summary = summary_of(make(("keep", "mine")), ("keep", "mine"))
    assert all(not row.score for row in summary.rows)
    assert "no score" in render(summary)


def test_policy_seeds_are_averaged():
    def second_seed(rows):
        rows.extend([{**row, "policy_seed": 1, "cost_usd": row["cost_usd"] + 200} for row in rows])

    pairs = align(make(edit=[second_seed]), ["mine", "keep"])
    assert len(pairs.cost["mine"]) == 60
    assert pairs.cost["mine"].mean() == pytest.approx(
        align(make(), ["mine"]).cost["mine"].mean() + 100.0
    )


def test_different_instances_are_refused():
    def other_hash(rows):
        rows[-1]["instance_hash"] = "other"

    def missing(rows):
        del rows[-1]

    for change in (other_hash, missing):
        with pytest.raises(UserError, match="drove different instances"):
            summary_of(make(edit=[change]))


def test_worst_instances_are_those_with_most_to_gain():
    def disaster(rows):
        rows[7]["cost_usd"] = 90_000.0

    table = make(edit=[disaster])
    worst = find_worst(table, "keep")[0]
    assert worst.seed == table["seed"].to_pylist()[7]
    assert worst.cost_usd == 90_000.0
    assert worst.best_usd == pytest.approx(100.0, abs=40.0)
    summary = summary_of(table)
    row = next(row for row in summary.rows if row.policy == "keep")
    assert row.catastrophes.value == 1 / 60


def test_best_instances_are_those_with_the_largest_saving():
    def disaster(rows):
        # of the reference: whoever drove as always saved there
        mine = [row for row in rows if row["policy"] == "mine"]
        mine[11]["cost_usd"] = 50_000.0

    table = make(edit=[disaster])
    found = find_best(table, "brake", "mine")
    assert [one.seed for one in found] == [100 * 11 + 11]
    assert found[0].best_usd == pytest.approx(100.0, abs=40.0)
    # nothing was saved against itself
    assert find_best(table, "mine", "mine") == []


def test_tables_name_everything_and_json_is_plain():
    summary = summary_of(make())
    text = render(summary)
    for name in (*COSTS, *STRATA, "score", "mine", "60 instances"):
        assert name in text
    costs, _, prices = markdown(summary).split("\n\n")
    assert costs.splitlines()[2].startswith("| `clairvoyant` (privileged) | 100.0")
    assert all(line.count("|") == 6 for line in costs.splitlines())
    # 0.5 ms per decision and 0.05 US$ per core-hour: a thousand decisions cost 7e-6 US$
    assert "| `mine` | 200,000 | 360 | 0.005 | 0.5 | 6.9e-06 | 0.075 | 1e-06 |" in prices
    assert "| `keep` | - | - | - | 0.5 | 6.9e-06 | - | - |" in prices
    json.dumps(to_plain(summary), allow_nan=False)


def test_page_is_self_contained_and_escapes(tmp_path):
    name = "<script>alert(1)</script>"
    policies = ("keep", "mine", name, "clairvoyant")
    table = make(policies)
    summary = summary_of(table, policies)
    drawn = draw_all(summary, table, tmp_path / "figures")
    provenance = {
        "command": "python -m experiments.compare",
        "records_sha256": "0" * 64,
        "machine": {"commit": "abc"},
    }
    for folder in ("videos", "replays"):
        (tmp_path / folder).mkdir()
    about = {"family": "cut_out", "seed": 7, "policies": [{"policy": name, "cost_usd": 12.5}]}
    (tmp_path / "videos" / "cut_out-7.json").write_text(json.dumps(about))
    (tmp_path / "videos" / "cut_out-7.mp4").touch()
    (tmp_path / "replays" / "cut_out-7.html").touch()
    page = write_page(tmp_path, {"loc_8": summary}, drawn, provenance)
    text = page.read_text(encoding="utf-8")
    # only the scripts of the page itself, which its policy names
    assert text.count("<script>") == text.count("'sha256-") == len(SCRIPTS)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "http://" not in text
    assert "https://" not in text
    assert 'src="videos/cut_out-7.mp4"' in text
    assert 'href="replays/cut_out-7.html"' in text
    # one of the figures is there for narrow screens only
    assert text.count('src="data:image/svg+xml;base64,') == len(drawn) - 1 == 7
    assert text.count('srcset="data:image/svg+xml;base64,') == 1
    for figure in drawn:
        assert (tmp_path / "figures" / f"{figure.name}.png").stat().st_size > 5_000


def write(tmp_path, table, policies):
    """The page of a table, as text."""
    summary = summary_of(table, policies)
    summary = with_kinds(summary, {name: KINDS_OF.get(name, OTHER) for name in policies})
    first = summary.comparisons[0]
    text = f"{first.verdict.sentence}; it would take about 900 pairs to make it significant"
    first = first._replace(verdict=first.verdict._replace(text=text))
    summary = summary._replace(comparisons=[first, *summary.comparisons[1:]])
    drawn = draw_all(summary, table, tmp_path / "figures")
    provenance = {"command": "", "records_sha256": "", "machine": {"commit": ""}}
    return write_page(tmp_path, {"loc_8": summary}, drawn, provenance).read_text(encoding="utf-8")


def test_the_page_shows_before_it_tells(tmp_path):
    def differ(rows):
        mine = [row for row in rows if row["policy"] == "mine"]
        mine[3]["cost_usd"], mine[7]["cost_usd"] = 1.0, 90_000.0

    text = write(tmp_path, make(edit=[differ]), tuple(COSTS))
    # in this order: a sentence with its interval, three instances, one figure, one table, the rest folded
    marks = (
        "<h1>No significant difference: keep costs",
        'id="films"',
        "Largest win of keep",
        "Largest loss of keep",
        "A typical instance",
        'class="first"',
        "<table",
        '<details class="fold"',
    )
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "(95 % CI " in text[: text.index("</h1>")]
    before = text[: text.index('<details class="fold"')]
    assert before.count('class="card film"') == 3
    assert before.count("<table") == before.count("<picture") == 1
    # what would settle it is not part of the sentence, but of the lines below
    advice = "It would take about 900 pairs to make it significant."
    assert text.index("</h1>") < text.index(advice) < text.index('id="films"')
    assert "900 pairs" not in text[: text.index("</h1>")]


def find_hues(text):
    """Hues of the colours of a text, in degrees, without greys."""
    found = set()
    for colour in set(re.findall(r"#([0-9a-fA-F]{6})\b", text)):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
        if max(parts) - min(parts) > 0.1:
            found.add(round(360 * colorsys.rgb_to_hsv(*parts)[0]))
    return found


def test_five_policies_and_at_most_eight_colours(tmp_path):
    policies = (*COSTS, "ppo", "planner", "rule", "model")
    text = write(tmp_path, make(policies), policies)
    before, _, after = text.partition('<details class="fold"')
    shown = [name for name in policies if f"</span>{name}</b>" in before]
    # the two that are compared, then the cheapest of other kinds
    assert shown == ["mine", "clairvoyant", "ppo", "rule", "model"]
    assert all(f"</span>{name}</b>" in after for name in policies)
    light = text[text.index(":root {") : text.index("@media (prefers")]
    kinds = "".join(re.findall(r"--kind: #\w+", text))
    figures = "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "figures").glob("*.svg")
    )
    # figures and maps have the colours of kinds alone, or mixtures of one of them with white
    assert find_hues(figures) <= find_hues(kinds)
    assert 4 < len(find_hues(light + kinds) | find_hues(figures)) <= 8


def test_figures_are_the_same_bytes_every_time(tmp_path):
    table = make()
    summary = summary_of(table)
    for folder in ("one", "two"):
        draw_all(summary, table, tmp_path / folder)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_page_of_a_single_policy(tmp_path):
    table = make(("mine",))
    summary = summary_of(table, ("mine",))
    drawn = draw_all(summary, table, tmp_path / "figures")
    provenance = {"command": "", "records_sha256": "", "machine": {"commit": ""}}
    text = write_page(tmp_path, {"loc_8": summary}, drawn, provenance).read_text(encoding="utf-8")
    assert "No score" in text
    assert text.count('class="card worst"') == 3
    assert "<h1>mine costs 4" in text
    assert 'class="card film"' not in text
    assert 'class="card best"' not in text


def test_unavoidable_instances_are_in_no_number_but_their_own():
    plain = summary_of(make())

    def label(rows):
        one = rows[0]
        for row in rows:
            row["unavoidable"] = False
        for policy in COSTS:
            rows.append(
                {**one, "policy": policy, "seed": 9999, "cost_usd": 3e6, "unavoidable": True}
            )

    labelled = summary_of(make(edit=[label]))
    assert labelled._replace(unavoidable=plain.unavoidable) == plain
    assert plain.unavoidable == (0, {})
    assert labelled.unavoidable == (1, dict.fromkeys(COSTS, 3e6))
    assert "unavoidable instances: 1, labelled by the suite and in none of the numbers" in render(
        labelled
    )
    assert "unavoidable" not in render(plain)


def test_outcomes_that_the_suite_names_have_a_column():
    every = ["mean_usd", "> 5,000 US$", "CVaR95, US$", "median, US$"]
    for secondary, heads in (
        (("median_usd", "cvar95_usd", "above_5000_usd"), every),
        (("median_usd", "strata"), [every[0], every[3]]),
    ):
        found = outcome_cells(summary_of(make(), outcomes=Outcomes({"mean_usd": None}, secondary)))
        assert found[0] == ["outcomes", *heads]
        assert {len(row) for row in found} == {1 + len(heads)}
