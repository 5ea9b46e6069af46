"""Every citation opens: a document that is named is in the repository and has the section; a DOI has a DOI's form."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

SUFFIXES = {".py", ".yaml", ".md", ".toml"}

WRITTEN = {"audit.md", "mutation.md", "sensitivity.md", "speed.md", "table.md"}
"""Documents that commands write: code names them before they exist."""

DOCUMENT = re.compile(r"(?:[\w.-]*/)*[\w-][\w.-]*\.md\b", re.ASCII)

# "a.md 2.2", "``a.md`` 4", "a.md 1.1, 2 and 8.3"; a citation may go on in the next line of a comment
NUMBER = r"\d+(?:\.\d+)*(?![\w%]|\.\d)"
SECTIONS = re.compile(rf"[`)]*[\s#]+({NUMBER}(?:(?:,|,? and)[\s#]+{NUMBER})*)")

NAMED_DOI = re.compile(r"(?:\bdoi:|\bdoi\.org/|\bDOI (?=\d))\s*([^\s`\"'>|)]*)")
BARE_DOI = re.compile(r"(?<![\w.])10\.\d+/[^\s`\"'>|)]*")
VALID_DOI = re.compile(r"10\.\d{4,9}/[-.;()/:\w<>]*[\w>]", re.ASCII)


class Citation(NamedTuple):
    """A mention of a document, and the sections named with it."""

    path: str
    sections: tuple[str, ...]


def texts():
    """Paths and texts of the files that git knows or would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in found.stdout.decode().split("\0")]
    # the examples below are wrong on purpose
    return [
        (path, path.read_text(encoding="utf-8"))
        for path in paths
        if path.suffix in SUFFIXES and path.is_file() and path != Path(__file__)
    ]


def citations(text):
    for match in DOCUMENT.finditer(text):
        if match.group().startswith("//"):  # an address
            continue
        after = SECTIONS.match(text, match.end())
        sections = re.findall(r"\d+(?:\.\d+)*", after.group(1)) if after else []
        yield Citation(match.group(), tuple(sections))


def section_numbers(text):
    """Numbers of headings ("## 2.1 Title") and of numbered items ("12. Text")."""
    return set(re.findall(r"(?m)^(?:#+ +|(?=\d+\. ))(\d+(?:\.\d+)*)", text))


def find_document(citing, name, root):
    """The document that a file names, from its own folder or from the root; None if there is none."""
    places = (citing.parent / name.lstrip("/"), root / name.lstrip("/"))
    return next((path for path in places if path.is_file()), None)


def broken(citing, text, root):
    """What a file cites and a reader cannot open."""
    found = []
    for path, sections in citations(text):
        document = find_document(citing, path, root)
        if document is None:
            if Path(path).name not in WRITTEN:
                found.append(path)
            continue
        known = section_numbers(document.read_text(encoding="utf-8")) if sections else set()
        found += [f"{path} {section}" for section in sections if section not in known]
    return found


def bad_dois(text):
    named = [doi.rstrip(".,;") for doi in NAMED_DOI.findall(text)]
    bare = [doi.rstrip(".,;") for doi in BARE_DOI.findall(text)]
    return [doi for doi in named + bare if not VALID_DOI.fullmatch(doi)]


def test_every_document_that_is_cited_is_in_the_repository_with_its_section():
    found = {p.relative_to(ROOT).as_posix(): broken(p, text, ROOT) for p, text in texts()}
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_no_citation_names_a_document_without_its_file():
    # "(design 2.2)": a chapter of a document that is not there
    pattern = re.compile(r"\bdesign \d+\.\d+")
    found = {p.relative_to(ROOT).as_posix(): pattern.findall(text) for p, text in texts()}
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_every_doi_has_the_form_of_one():
    found = {p.relative_to(ROOT).as_posix(): bad_dois(text) for p, text in texts()}
    assert {name: bad for name, bad in found.items() if bad} == {}


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ('"""Friction (a/SOURCES.md 2.1)."""', []),
        ("see ``SOURCES.md`` 2", []),
        ("# a/SOURCES.md 2.1, 2.2.7 and 12: 1 in 7", []),
        ("# a/SOURCES.md\n# 2.1", []),
        ("1.6 s in SOURCES.md 2.1 has 3.0", []),
        ("SOURCES.md 2.1: median 1.25 s, 0.30", []),
        ("[text](a/SOURCES.md)", []),
        ("(a/SOURCES.md 2.3)", ["a/SOURCES.md 2.3"]),
        ("(a/SOURCES.md 2.2)", ["a/SOURCES.md 2.2"]),
        ("(a/SOURCES.md\n2.4)", ["a/SOURCES.md 2.4"]),
        ("2.1 and 9 of SOURCES.md 2.1 and 9", ["SOURCES.md 9"]),
        ("(physics.md 2.1)", ["physics.md"]),
        ("b/SOURCES.md", ["b/SOURCES.md"]),
        ("writes outputs/table.md", []),
        ("https://example.org/b/README.md", []),
    ],
)
def test_broken_citations_are_found(tmp_path, text, bad):
    (tmp_path / "a").mkdir()
    document = (
        "# Title\n\n## 2. Model\n\n### 2.1 Friction\n2.2 in a text\n\n### 2.2.7 Fate\n\n12. Item\n"
    )
    (tmp_path / "a" / "SOURCES.md").write_text(document, encoding="utf-8")
    assert broken(tmp_path / "a" / "code.py", text, tmp_path) == bad


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("doi:10.1063/1.1536976", []),
        ("(DOI 10.1207/STHF0203_1).", []),
        ("https://doi.org/10.48550/arXiv.2203.09168,", []),
        ("doi:10.1175/1520-0450(1979)018<0387:HMPIPO>2.0.CO;2", []),
        ("doi:1063/1.1536976", ["1063/1.1536976"]),
        ("10.63/1.15", ["10.63/1.15"]),
        ("doi:10.1063/", ["10.1063/", "10.1063/"]),
        ("the form of every DOI", []),
    ],
)
def test_bad_dois_are_found(text, bad):
    assert bad_dois(text) == bad
