"""One small test for each rule of speaking to others without which they were told wrongly.

`rig/sabotage/` holds a patch for each name: with it applied, the test of that name is red.
"""

from dataclasses import replace

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import far
from tests.notifiers.notifier_samples import message, outage, settings
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.config.targets import targets
from watchkeeper.core.delivery import Unreachable
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import pushover, telegram
from watchkeeper.outside.outside import real


@in_loop
async def test_unescaped_an_underscore_makes_no_telegram_be_refused() -> None:
    name = ReplicaName("web", "api", "1")
    async with far("telegram") as side:
        told = outage(name, reasons={str(name): "a_b"}, page_url="https://x.example/status_page")
        await telegram.send(told, settings(side.port)["telegram"], real())
    assert (side.complaints, len(side.taken)) == ([], 1)


@in_loop
async def test_everyone_a_repeat_goes_to_none_but_the_target_that_did_not_take_it() -> None:
    receiver = Answers(http_answer(503), http_answer(200, b'{"status":1}'))
    async with serving(receiver) as port:
        keys = (Secret("userone"), Secret("usertwo"))
        given = replace(settings(port)["pushover"], user_keys=keys)
        first, second = (target.settings for target in targets(given).values())
        with pytest.raises(Unreachable):
            await pushover.send(message(), first, real())  # type: ignore[arg-type]
        await pushover.send(message(), second, real())  # type: ignore[arg-type]
        await pushover.send(message(), first, real())  # type: ignore[arg-type]
    told = [b"user=userone" in request for request in receiver.requests]
    assert told == [True, False, True]
