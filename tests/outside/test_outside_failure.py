from collections.abc import Iterator

from watchkeeper.core.texts import ENGLISH
from watchkeeper.outside import failure, tls
from watchkeeper.outside.failure import Failure, Insecure


def every_kind(kind: type[Failure] = Failure) -> Iterator[type[Failure]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every_kind(child)


def test_every_failure_has_words_for_the_public() -> None:
    codes = {kind.code for kind in every_kind()} | {Insecure("").code, *tls.CODES.values()}
    assert {code for code in codes if f"reason.{code}" not in ENGLISH} == set()


def test_every_failure_has_its_place_in_the_tree() -> None:
    ours = [kind for kind in every_kind() if kind.__module__ == failure.__name__]
    assert {kind.__name__ for kind in ours if kind.__name__ not in str(failure.__doc__)} == set()
