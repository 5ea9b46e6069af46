"""The explorer in Chromium: the slider changes what is right and what policies do; nothing leaves this machine."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end
pytest.importorskip("nicegui", reason="needs the extra `explore`")

# NiceGUI behaves differently under a test of its own kind, and this is none
ENVIRONMENT = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}

FAMILY, SEED, LIGHT_BOX = "lone_object", 12_010_000, 12_000_000
SECONDS = 120_000  # ms; the first study compiles


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    running = subprocess.Popen(
        [
            sys.executable, "-m", "experiments.explore", "policy=[rule_tuned,keep]", "suite=quick", "num_values=9",
            "port=0", "show=false",
        ],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    address = running.stdout.readline().strip()
    assert address, running.communicate()[1]
    yield address
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=30)
    # it closes without a word, and leaves nothing behind; at its first start it says what it compiles
    said = [line for line in err.splitlines() if not line.startswith("roadworld: compiling")]
    assert (running.returncode, out, said) == (0, "", [])
    assert list(folder.iterdir()) == []


def open_study(visit, server, name, seed=SEED, **size):
    seen = visit(f"{server}?family={FAMILY}&seed={seed}&property={name}", **size)
    seen.page.get_by_role("slider").wait_for(timeout=SECONDS)
    return seen


def read(page):
    """The value shown, the right answer, and what each row of the second table does."""
    rows = page.locator(".table-decisions tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    right = page.locator(".table-costs tbody tr", has_text="right answer").inner_text().split("\t")
    return page.locator(".value").inner_text(), right[0], {c[0]: c[1] for c in cells}


def press(page, key, count):
    for _ in range(count):
        before = page.locator(".value").inner_text()
        page.keyboard.press(key)
        page.wait_for_function(
            "old => document.querySelector('.value').innerText !== old", arg=before, timeout=5000
        )


def check_clean(seen, server):
    assert seen.errors == []
    assert seen.requests != []
    assert all(url.startswith((server, "data:", "blob:")) for url in seen.requests)


def test_dragging_changes_the_decision(server, visit):
    seen = open_study(visit, server, "object.height")
    page, slider = seen.page, seen.page.get_by_role("slider")
    box = slider.bounding_box()
    middle = box["y"] + 0.5 * box["height"]
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, middle, steps=8)
    page.mouse.up()
    page.get_by_text("object height 0.01 m").wait_for(timeout=5000)
    value, right, does = read(page)
    # low and narrow, it fits between the wheels after a small shift
    assert does == {"right answer": right, "rule_tuned": "straddle", "keep": "run over"}
    assert page.locator(".answer").inner_text().startswith("Cheapest: straddle, ")
    views = [page.locator(f".sight-{name}") for name in ("driver", "above")]
    assert all(one.bounding_box()["width"] > 300 for one in views)
    before = [one.get_attribute("src") for one in views]
    line = page.locator(".gt-xs .bg-red-600")
    left = line.bounding_box()["x"]
    page.mouse.move(box["x"] + 4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=8)
    page.mouse.up()
    page.get_by_text("object height 1.5 m").wait_for(timeout=5000)
    value, right, does = read(page)
    assert value == "object height 1.5 m"
    assert does == {"right answer": "steer", "rule_tuned": "steer", "keep": "run over"}
    assert right == "steer"
    # both views follow the slider
    after = [one.get_attribute("src") for one in views]
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert line.bounding_box()["x"] > left + 400
    check_clean(seen, server)


def test_keys_move_the_slider_on_a_phone(server, visit):
    seen = open_study(visit, server, "object.mass", LIGHT_BOX, width=390, height=844)
    page = seen.page
    assert read(page)[0].endswith("kg (as sampled)")
    page.locator(".q-slider [tabindex='0']").focus()
    press(page, "ArrowLeft", 4)
    lighter = read(page)
    press(page, "ArrowRight", 6)
    heavier = read(page)
    mass = [float(re.search(r"mass ([\d.]+) kg", text)[1]) for text, *_ in (lighter, heavier)]
    assert mass[0] < mass[1]
    # the rules do not see what is inside: the right answer changes, theirs does not
    assert (lighter[1], heavier[1]) == ("run over", "brake")
    assert lighter[2]["rule_tuned"] == heavier[2]["rule_tuned"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # the driver's view, the road from above, and the figure for narrow screens
    shown = page.locator("img:visible")
    assert shown.count() == 3
    assert shown.evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 100)")
    check_clean(seen, server)


def test_another_family_offers_its_own_parameters(server, visit):
    seen = open_study(visit, server, "object.mass")
    page = seen.page
    page.get_by_label("family").click()
    page.get_by_role("option", name="phantom").click()
    page.get_by_text("phantom 12").wait_for(timeout=SECONDS)
    assert (
        page.get_by_role("combobox", name="property").input_value()
        == "road weather: clear, rain, fog"
    )
    page.get_by_role("slider").wait_for(timeout=SECONDS)
    assert page.locator(".value").inner_text().startswith("road weather ")
    check_clean(seen, server)


def test_video_of_the_changed_instance_plays(server, visit):
    seen = open_study(visit, server, "object.height")
    page = seen.page
    page.locator(".q-slider [tabindex='0']").focus()
    press(page, "ArrowRight", 1)
    page.get_by_role("button", name="Play the video").click()
    page.locator("video").wait_for(timeout=SECONDS)
    page.wait_for_function("document.querySelector('video').currentTime > 0.3", timeout=20_000)
    assert page.evaluate("document.querySelector('video').videoWidth") == 1280
    check_clean(seen, server)


def test_only_this_machine_is_answered(server):
    port = int(server.rstrip("/").rpartition(":")[2])
    listening = "".join(Path(f"/proc/net/{kind}").read_text() for kind in ("tcp", "tcp6"))
    # 0A: listening; the address is little-endian hex
    bound = re.findall(rf"([0-9A-F]+):{port:04X} [0-9A-F]+:0000 0A", listening)
    assert bound == ["0100007F"]


def test_taken_port_is_one_line(server, tmp_path):
    port = server.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "experiments.explore", f"port={port}", "show=false"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: port: got {port}, which cannot be used: Address already in use\n"
