"""Where a day is kept."""

from pathlib import Path

import pytest


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A file is enough: what both databases owe is in the tests of the rooms."""
    return str(tmp_path / "story.db")
