"""Every snippet on the pages of docs/ runs and prints what it says, and their pictures and linked files exist."""

import re
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.same_text import assert_same_text
from tests.support.snippets import FENCE, run
from tools.scenes import SCENES

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = sorted(path for folder in (DOCS, DOCS / "howto", DOCS / "explanation") for path in folder.glob("*.md"))
SLOW = {"compile-a-loss", "property-test-with-hypothesis", "train-a-network"}
NAMES = [path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES]
PARAMETERS = [
    pytest.param(path, id=name, marks=[pytest.mark.slow] if path.stem in SLOW else [])
    for path, name in zip(PAGES, NAMES, strict=True)
]


@pytest.fixture
def few_examples():
    """Few examples for the properties on a page: they must run as written, and other tests cover their subjects at length."""
    before = settings.get_current_profile_name()
    settings.load_profile("second")
    yield
    settings.load_profile(before)


@pytest.mark.usefixtures("few_examples")
@pytest.mark.parametrize("page", PARAMETERS)
def test_every_snippet_of_a_page_prints_what_it_says_and_warns_of_what_the_page_quotes(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    ran = run(text)
    assert_same_text("\n".join(ran.printed), "\n".join(ran.expected))
    for message in ran.warned:
        assert message in text
    for name, test in list(ran.scope.items()):
        if name.startswith("test_"):  # as pytest would
            test()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_pictures_and_files_of_a_page_are_there(page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"^```\{gallery\} (\S+)$", text, re.MULTILINE)) <= set(SCENES)
    for path in re.findall(r"\]\(([\w/.-]+)", FENCE.sub("", text)):
        assert (page.parent / path).exists(), path
