"""Whatever happens, the alerts are what a look at all replicas would make of them."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings

from tests.cluster import Cluster
from tests.house import house
from tests.judge.judge_oracle import Oracle
from tests.judge.judge_scripts import Step, adopt, scripts

TRIED = settings(
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,
    phases=(Phase.generate,),  # to shrink a script takes minutes
)


async def play(url: str, script: Sequence[Step]) -> None:
    """Take each step of *script*, and see after each that everything is as it must be."""
    async with house(url) as home:
        oracle = Oracle(home)
        for step, values in script:
            await step(home, *values)
            await oracle.check(may_leave=step is adopt)


@given(script=scripts())
@settings(TRIED, max_examples=20)
def test_decisions_about_a_few_say_what_one_about_everybody_would(script: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(play(str(Path(folder) / "wk.db"), script))


@given(script=scripts())
@settings(TRIED, max_examples=4)
def test_decisions_about_a_few_say_so_on_postgresql_too(
    cluster: Cluster, script: list[Step]
) -> None:
    asyncio.run(play(cluster.database(), script))
