"""Modules of the user's own: what may be imported, where they are found, and which files they are made of."""

import os
import py_compile
import sys

import pytest

from envs.errors import UserError
from envs.user_code import import_object, read_allowed, search_in, source_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of modules; what is imported from it is forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("ROADWORLD_MODULES", "")
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder, **texts):
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/').replace('INIT', '__init__')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("prefix", "allowed", "is_allowed"),
    [
        ("mine_a", "mine_a.f", True),
        ("mine_a.", "mine_a.f", True),
        ("mine", "mine_a.f", False),
        ("mine_a.g", "mine_a.f", False),
    ],
)
def test_a_prefix_allows_whole_words(folder, prefix, allowed, is_allowed):
    write(folder, mine_a="def f(): return 7\n")
    if is_allowed:
        assert import_object("k", allowed, read_allowed([prefix]), folder)() == 7
    else:
        with pytest.raises(
            UserError, match=r"k: got 'mine_a.f', allowed are names .*allow=\[mine_a\.\]"
        ):
            import_object("k", allowed, read_allowed([prefix]), folder)


@pytest.mark.parametrize("prefix", ["", "a b", "os;", ".", "..", "1a"])
def test_a_prefix_is_the_name_of_a_package(prefix):
    with pytest.raises(UserError, match="expected the name of a package"):
        read_allowed([prefix])


def test_an_error_in_a_module_tells_its_cause_and_line(folder):
    write(folder, mine_b="import json\nimport no_such_package_at_all\n")
    with pytest.raises(UserError) as caught:
        import_object("mine.yaml: _target_", "mine_b.f", ("mine_b.",), folder)
    text = str(caught.value)
    assert text.startswith(
        "mine.yaml: _target_: got 'mine_b.f': ModuleNotFoundError: No module named"
    )
    assert "no_such_package_at_all" in text
    assert "mine_b.py, line 2" in text
    assert "\n" not in text


def test_a_class_within_a_class_is_found(folder):
    write(folder, mine_i="class Outer:\n    class Inner:\n        x = 3\n")
    assert import_object("k", "mine_i.Outer.Inner", ("mine_i.",), folder).x == 3
    assert list(source_files(["mine_i.Outer.Inner"])) == ["mine_i"]


def test_a_missing_name_is_one_line(folder):
    write(folder, mine_c="x = 1\n")
    with pytest.raises(UserError, match="mine_c has no 'y'"):
        import_object("k", "mine_c.y", ("mine_c.",), folder)


def test_another_module_of_the_same_name_is_not_taken_for_it(folder):
    write(folder, first__mine_d="def f(): return 1\n", second__mine_d="def f(): return 2\n")
    assert import_object("k", "mine_d.f", ("mine_d.",), folder / "first")() == 1
    with pytest.raises(UserError, match=r"'mine_d' is imported from .*first.*, not from .*second"):
        import_object("k", "mine_d.f", ("mine_d.",), folder / "second")


def test_the_text_of_a_module_names_files_and_modules(folder):
    write(
        folder,
        mine_j="""
import importlib
from pathlib import Path
HERE = Path(__file__).parent
def late():
    importlib.import_module("mine_k")
    return open("weights.bin"), HERE / "data" / "k.txt", os.path.join(HERE, "data", "m.txt")
""",
        mine_k="x = 1\n",
    )
    (folder / "data").mkdir()
    for name in ("weights.bin", "data/k.txt", "data/m.txt", "data/unnamed.txt"):
        (folder / name).write_text(name)
    import_object("k", "mine_j.late", ("mine_j.",), folder)
    assert sorted(source_files(["mine_j.late"])) == [
        "mine_j", "mine_j: data/k.txt", "mine_j: data/m.txt", "mine_j: weights.bin", "mine_k",
    ]  # fmt: skip


def test_an_old_cache_of_another_source_is_not_run(folder):
    write(folder, mine_l="x = 1\n")
    path = folder / "mine_l.py"
    py_compile.compile(str(path))
    stamp = path.stat()
    path.write_text("x = 2\n")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert import_object("k", "mine_l.x", ("mine_l.",), folder) == 2


def test_a_module_in_the_working_folder_does_not_hide_one_in_the_users_folder(folder, monkeypatch):
    write(folder, here__mine_m="x = 1\n", theirs__mine_m="x = 2\n")
    monkeypatch.setattr(sys, "path", [str(folder / "here"), *sys.path])
    search_in(folder / "theirs")
    with pytest.raises(UserError, match=r"'mine_m' is imported from .*here.*, not from .*theirs"):
        import_object("k", "mine_m.x", ("mine_m.",), folder / "policy")


def test_files_are_those_of_the_module_and_of_what_it_imports_from_the_user(folder):
    write(
        folder,
        mine_e="import numpy\nfrom mine_f import g\nfrom mine_pkg import deep\nimport envs.action\n",
        mine_f="g = 1\ndef late():\n    import mine_g\n",
        mine_g="",
        mine_h="",
        mine_pkg__INIT="",
        mine_pkg__deep="from . import other\nfrom .third import x\n",
        mine_pkg__other="",
        mine_pkg__third="x = 1\n",
    )
    import_object("k", "mine_e.g", ("mine_e.",), folder)
    assert sorted(source_files(["mine_e.g"])) == [
        "mine_e", "mine_f", "mine_g", "mine_pkg", "mine_pkg.deep", "mine_pkg.other", "mine_pkg.third",
    ]  # fmt: skip


def test_files_of_an_installed_module_are_listed_if_it_is_named():
    assert list(source_files(["cmaes.CMA"])) != []
    assert "numpy" not in source_files(["cmaes.CMA"])
    assert source_files(["policies.floors.Constant"]) == {}
