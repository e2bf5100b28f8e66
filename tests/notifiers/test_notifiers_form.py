"""Every notifier has the same form: a test demands it, not a base class."""

import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.notifiers.apis import APIS
from watchkeeper.config import folder

DOCS = Path(__file__).parents[2] / "docs" / "channels"


@pytest.fixture(params=folder.names(folder.NOTIFIERS))
def notifier(request: pytest.FixtureRequest) -> ModuleType:
    return folder.load(folder.NOTIFIERS, request.param)


def _kind(notifier: ModuleType) -> str:
    return notifier.__name__.rpartition(".")[2]


def test_a_notifier_is_a_docstring_settings_and_one_send(notifier: ModuleType) -> None:
    assert notifier.__doc__
    assert is_dataclass(notifier.Settings)
    assert inspect.iscoroutinefunction(notifier.send)
    assert list(inspect.signature(notifier.send).parameters) == ["message", "settings", "outside"]


def test_settings_are_frozen_and_every_one_has_words(notifier: ModuleType) -> None:
    assert notifier.Settings.__dataclass_params__.frozen
    assert "__slots__" in vars(notifier.Settings)
    assert all(field.metadata["doc"] for field in fields(notifier.Settings))


def test_a_notifier_has_a_far_side_that_is_as_strict_as_the_real_one(notifier: ModuleType) -> None:
    assert _kind(notifier) in {*APIS, "email", "xmpp"}


def test_the_list_of_channels_leads_to_the_page_of_a_notifier(notifier: ModuleType) -> None:
    kind = _kind(notifier)
    assert f"| [{kind}]({kind}.md) |" in (DOCS / "README.md").read_text()


def test_the_page_of_a_notifier_names_every_setting(notifier: ModuleType) -> None:
    page = (DOCS / f"{_kind(notifier)}.md").read_text()
    names = [f.name.rstrip("_") for f in fields(notifier.Settings)]
    assert [name for name in names if f"| `{name}` |" not in page] == []
