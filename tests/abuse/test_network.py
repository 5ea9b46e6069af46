"""Nothing that runs needs a network: with sockets to anywhere refused, every step ends as usual."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end

BLOCK = """
import socket


class NoSocket(socket.socket):
    def __init__(self, family=-1, *rest, **named):
        if family in {-1, socket.AF_INET, socket.AF_INET6} and "fileno" not in named:
            raise SystemExit("a socket was opened")
        super().__init__(family, *rest, **named)


def refuse(*_, **__):
    raise SystemExit("a name was looked up")


socket.socket = NoSocket
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""
"""Put into every process that is started; pipes between processes stay."""


@pytest.fixture
def offline(tmp_path):
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sitecustomize.py").write_text(BLOCK)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path / 'block'}{os.pathsep}{ROOT}"}

    def run(*words):
        return subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_block_blocks(offline):
    done = offline("-c", "import socket; socket.socket()")
    assert done.returncode == 1
    assert "a socket was opened" in done.stderr


def test_evaluate_report_and_record_need_no_network(offline, tmp_path, tally):
    row = tally("no network: commands")
    choice = ("policy=[rule,brake]", "suite=quick", "workers=2")
    done = offline("-m", "experiments.evaluate", *choice[:2], "max_instances=2", "workers=2")
    assert done.returncode == 0, done.stderr
    row.add()
    folder = done.stdout.splitlines()[-1]
    done = offline("-m", "experiments.report", f"records={folder}", "num_resamples=100")
    assert done.returncode == 0, done.stderr
    row.add()
    page = next((tmp_path / folder).glob("*.html")).read_text(encoding="utf-8")
    for word in ("<script src=", "<link ", "@import", "url(http", 'src="http'):
        assert word not in page
    done = offline("-m", "experiments.record", *choice[:2], "max_seconds=1", "width=960")
    assert done.returncode == 0, done.stderr
    row.add()


def test_local_pages_listen_to_this_machine_only(monkeypatch, tally):
    pytest.importorskip("nicegui", reason="needs the extra `explore`")
    from experiments.presentation.local_page import server

    told = {}
    monkeypatch.setattr(server.signal, "signal", lambda *_: None)
    monkeypatch.setattr(server.ui, "page", lambda _: lambda function: function)
    monkeypatch.setattr(server.ui, "run", lambda **named: told.update(named))
    monkeypatch.setattr(server.app, "add_middleware", lambda _, **named: told.update(named))
    server.serve_page(lambda _: None, title="page", port=server.free_port(0), show=False)
    tally("no network: commands").add()
    assert told["host"] == "127.0.0.1"
    assert told["allowed_hosts"] == ["127.0.0.1", "localhost"]
