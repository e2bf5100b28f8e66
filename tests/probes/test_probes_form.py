"""Every probe has the same form: a test demands it, not a base class."""

import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

import pytest

from watchkeeper.config import folder

DOCS = Path(__file__).parents[2] / "docs" / "probes"


@pytest.fixture(params=folder.names(folder.PROBES))
def probe(request: pytest.FixtureRequest) -> ModuleType:
    return folder.load(folder.PROBES, request.param)


def test_a_probe_is_a_docstring_schemes_options_and_one_look(probe: ModuleType) -> None:
    assert probe.__doc__
    assert probe.SCHEMES
    assert is_dataclass(probe.Options)
    assert inspect.iscoroutinefunction(probe.look)
    parameters = list(inspect.signature(probe.look).parameters)
    assert parameters == ["target", "options", "timeout_ms", "outside"]


def test_options_are_frozen_and_every_one_has_a_default_and_words(probe: ModuleType) -> None:
    assert probe.Options() == probe.Options()
    assert probe.Options.__dataclass_params__.frozen
    assert "__slots__" in vars(probe.Options)
    assert all(field.metadata["doc"] for field in fields(probe.Options))


def test_the_page_of_a_probe_names_every_option(probe: ModuleType) -> None:
    page = (DOCS / f"{probe.__name__.rpartition('.')[2]}.md").read_text()
    assert [f.name for f in fields(probe.Options) if f"| `{f.name}` |" not in page] == []
