"""The result page and its replays in Chromium, from disk: no error, no network, and every control works."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end

POLICIES = "rule_tuned,keep,brake_straddle,catalogue_planner,clairvoyant"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    done = subprocess.run(
        [
            sys.executable, "-m", "experiments.compare", f"policy=[{POLICIES}]", "suite=quick", "max_instances=6",
            "num_resamples=200", "num_videos=3", "num_replays=2", "also_cost=[loc_5,loc_off]",
        ],
        cwd=root, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (root / done.stdout.splitlines()[-1]).parent


def first_column(page, table):
    return page.eval_on_selector_all(
        f"{table} tbody tr td:first-child b", "cells => cells.map(cell => cell.textContent)"
    )


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


@pytest.mark.parametrize("width", [1440, 390])
def test_page_opens_from_disk_without_error_or_network(folder, visit, width):
    seen = visit((folder / "index.html").as_uri(), width=width)
    page = seen.page
    # the verdict with its interval is read first, then come three films, one figure and one table
    assert "catalogue_planner costs" in page.locator("h1").inner_text()
    assert "(95 % CI " in page.locator("h1").inner_text()
    order = ["h1", "#films", "figure.first img", "table", "details.fold"]
    tops = [page.locator(one).first.bounding_box()["y"] for one in order]
    assert tops == sorted(tops)
    assert page.locator("#films video:visible").count() == 3
    for what in ("table", "figure img"):
        assert page.locator(f"{what}:visible").count() == 1
    # what is too wide scrolls within itself, never the page, also if everything is unfolded
    scroll = "document.documentElement.scrollWidth"
    assert page.evaluate(scroll) <= width
    unfold(page)
    assert page.evaluate(scroll) <= width
    pictures = page.locator("figure img")
    assert pictures.count() == 8
    page.evaluate(
        "Promise.all([...document.images].map(one => { one.loading = 'eager'; return one.decode(); }))"
    )
    assert pictures.evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 100)")
    # a narrow screen has a narrow figure
    ratio = page.locator("figure.first img").evaluate("one => one.naturalWidth / one.naturalHeight")
    assert (ratio > 1.0) == (width > 600)
    assert seen.errors == []
    assert all(url.startswith(("file://", "data:")) for url in seen.requests)


def test_tables_sort_by_click_and_by_key(folder, visit):
    page = visit((folder / "index.html").as_uri()).page
    unfold(page)
    table = "#costs .scroll table"
    before = first_column(page, table)
    assert before[0] == "clairvoyant"
    cost = page.locator(f"{table} th", has_text="all (")
    cost.click()
    page.wait_for_function("document.querySelector('#costs th[aria-sort]') !== null")
    page.wait_for_timeout(50)
    assert first_column(page, table) == before
    cost.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(50)
    assert first_column(page, table) == before[::-1]


def test_theme_changes(folder, visit):
    page = visit((folder / "index.html").as_uri()).page
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="light / dark").click()
    assert page.evaluate(colour) != light
    page.get_by_role("button", name="light / dark").click()
    assert page.evaluate(colour) == light


def test_video_plays(folder, visit):
    page = visit((folder / "index.html").as_uri()).page
    moved = page.evaluate(
        """async () => {
            const video = document.querySelector("#films video");
            video.muted = true;
            await video.play();
            const begin = video.currentTime;
            await new Promise((done) => setTimeout(done, 700));
            return video.currentTime - begin;
        }"""
    )
    assert moved > 0.2


def test_the_three_settings_are_shown(folder, visit):
    page = visit((folder / "index.html").as_uri()).page
    unfold(page)
    heads = page.locator("#settings thead th").all_inner_texts()
    assert [text.split()[0] for text in heads] == ["policy", "loc_8", "loc_5", "loc_off"]


def test_replay_steps_plays_and_changes_policy(folder, visit):
    page_of_run = visit((folder / "index.html").as_uri()).page
    link = page_of_run.locator("a", has_text="open the replay").first.get_attribute("href")
    assert (folder / link).stat().st_size < 600_000
    seen = visit((folder / link).as_uri())
    page = seen.page
    clock, picture = page.locator("#clock"), "document.getElementById('road').toDataURL()"
    assert clock.inner_text().startswith("0.0 s of")
    first = page.evaluate(picture)
    page.keyboard.press("ArrowRight")
    assert clock.inner_text().startswith("0.2 s of")
    assert page.evaluate(picture) != first
    page.locator("#time").fill("20")
    assert clock.inner_text().startswith("4.0 s of")
    here, name = page.evaluate(picture), page.locator("#policies [aria-pressed=true]").inner_text()
    page.keyboard.press("2")
    assert page.locator("#policies [aria-pressed=true]").inner_text() != name
    page.keyboard.press("1")
    assert page.evaluate(picture) == here
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    page.keyboard.press("Space")
    assert float(clock.inner_text().split()[0]) > 4.2
    assert seen.errors == []
    assert seen.requests == [(folder / link).as_uri()]


def test_replay_fits_a_phone(folder, visit):
    replay = next((folder / "replays").glob("*.html"))
    seen = visit(replay.as_uri(), width=390, height=800)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.errors == []
