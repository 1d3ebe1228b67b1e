"""What holds for the whole page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.axe import violations


@pytest.mark.parametrize("tab", ["expression", "network", "check"])
def test_a_tab_passes_axe(page: Any, tab: str) -> None:
    page.click(f"#tab-{tab}")
    page.wait_for_timeout(3000)
    assert violations(page) == []


def test_the_build_carries_its_licences(address: str) -> None:
    from urllib.request import urlopen

    with urlopen(f"{address}/index.html") as answer:
        assert b"licences.txt" in answer.read()
    assert json.loads((Path(__file__).parent.parent / "package.json").read_text())["private"] is True
