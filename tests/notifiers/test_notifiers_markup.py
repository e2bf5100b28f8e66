"""Whatever others wrote arrives as it is, in one piece, on every channel."""

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import APIS, far
from tests.notifiers.notifier_samples import nasty, settings
from watchkeeper.config import folder
from watchkeeper.core.message import Message
from watchkeeper.outside.outside import real


async def told(kind: str, *messages: Message) -> tuple[list[str], int]:
    """What the far side complains of, and how many it took."""
    notifier = folder.load(folder.NOTIFIERS, kind)
    async with far(kind) as side:
        for one in messages:
            await notifier.send(one, settings(side.port)[kind], real())
    return side.complaints, len(side.taken)


@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_no_name_title_url_reason_or_note_can_break_out_of_the_markup(kind: str) -> None:
    complaints, taken = await told(kind, *nasty())
    assert (complaints, taken) == ([], len(nasty()))
