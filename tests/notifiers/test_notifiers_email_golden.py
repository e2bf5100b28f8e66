"""The mails that the ancestor sent, recorded, and ours about the same facts."""

import json
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest

from tests.notifiers.test_notifiers_golden import RECORDED, facts
from watchkeeper.notifiers import email

SETTINGS = email.Settings(to="ops@example.com", from_="status@example.com")


def recorded() -> Iterator[tuple[EmailMessage, dict[str, Any]]]:
    """Yield each mail, with the webhook that told the same facts."""
    mails: list[EmailMessage] = []
    for line in RECORDED.read_text().splitlines():
        one = json.loads(line)
        if one["kind"] == "smtp":
            mails.append(message_from_string(one["data"], policy=policy.default))
        elif one.get("path") == "/webhook":
            yield from ((mail, one) for mail in mails)
            mails = []


ALL = list(recorded())


def test_the_ancestor_was_recorded() -> None:
    assert len(ALL) >= 5


@pytest.mark.parametrize(("theirs", "webhook"), ALL, ids=[mail["Subject"] for mail, _ in ALL])
def test_ours_says_what_the_ancestor_said_for_the_same_facts(
    theirs: EmailMessage, webhook: dict[str, Any]
) -> None:
    ours = email.mail(facts(webhook), SETTINGS)
    assert (ours["From"], ours["To"]) == (theirs["From"], theirs["To"])
    assert ours["Subject"].strip() == theirs["Subject"].strip()
    assert ours.get_content().splitlines() == theirs.get_content().splitlines()
