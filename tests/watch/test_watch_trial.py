import pytest

from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.watch.trial import gravest

HEALTHY, SICK, DEAD, BLIND = (
    Report(status) for status in (Status.HEALTHY, Status.SICK, Status.DEAD, Status.BLIND)
)


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([HEALTHY, HEALTHY], 0),
        ([SICK, HEALTHY], 1),
        ([HEALTHY, BLIND, SICK], 3),
        ([BLIND, DEAD, HEALTHY], 2),
    ],
)
def test_the_gravest_of_several_looks_is_the_exit_code(reports: list[Report], code: int) -> None:
    assert gravest(reports) == code
