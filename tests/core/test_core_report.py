import pytest

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import SELF, UNKNOWN, Report, Source, SourceKind
from watchkeeper.core.status import Status


def test_a_replica_is_named_by_its_three_ids() -> None:
    assert str(ReplicaName("web", "api", "tcp://a:80")) == "web:api:tcp://a:80"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SELF, "self"),
        (Source(SourceKind.LOCAL, "berlin"), "local:berlin"),
        (Source(SourceKind.REPORTER), "reporter"),
    ],
)
def test_a_source_is_its_kind_and_its_own_name(source: Source, text: str) -> None:
    assert str(source) == text


def test_a_queue_is_a_witness_and_all_others_are_voices() -> None:
    assert [kind for kind in SourceKind if not kind.is_voice] == [SourceKind.QUEUE]


def test_a_report_promises_and_knows_nothing_that_it_does_not_say() -> None:
    report = Report(status=Status.HEALTHY)
    assert (report.source, report.valid_ms, report.reason.code) == (SELF, 0, "")
    assert {report.seq, report.latency_us, report.cpu, report.ram} == {UNKNOWN}
