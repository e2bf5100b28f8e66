"""The folder of runs is their list, so that each has what the command needs of it."""

from inspect import iscoroutinefunction

import pytest

from rig import runs


@pytest.mark.parametrize("name", runs.names())
def test_every_module_of_the_folder_is_a_run(name: str) -> None:
    run = runs.load(name)
    assert iscoroutinefunction(run.play)
    assert run.cycles >= 0


def test_a_run_says_how_many_cycles_it_plays() -> None:
    assert (runs.load("storm").cycles, runs.load("late").cycles) == (100, 0)
