"""A real browser: the system's Chromium, headless, that notes everything it complains about or asks for."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        reason = "no Chromium on this machine (Debian: apt install chromium)"
        for item in items:
            # this hook is given every test of the session, not those of its folder alone
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        opened = session.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser):
    """``visit(address, width=1440, height=900)``: a page, with what it complained about and asked for."""
    contexts = []

    def visit(address, width=1440, height=900):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        noted = SimpleNamespace(page=page, errors=[], requests=[])
        page.on("pageerror", lambda error: noted.errors.append(str(error)))
        page.on(
            "console",
            lambda said: (
                noted.errors.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        page.on("request", lambda asked: noted.requests.append(asked.url))
        page.goto(address)
        return noted

    yield visit
    for context in contexts:
        context.close()
