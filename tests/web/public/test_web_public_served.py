"""A served file: whole, in part, if changed."""

import pytest

from watchkeeper.web.public.served import Served
from watchkeeper.web.request import Request

THEN = "Thu, 26 Mar 2026 21:55:32 GMT"
LATER = "Thu, 26 Mar 2026 21:55:33 GMT"
THEN_S = 1_774_562_132


def asked(
    fields: dict[str, str] | None = None, method: bytes = b"GET"
) -> tuple[int, bytes, dict[str, str]]:
    """What a file of ten digits answers."""
    named = {
        name.replace("_", "-").encode(): value.encode() for name, value in (fields or {}).items()
    }
    answer = Served(b"0123456789", (), THEN_S).answer(Request(method, named, 0, 0))
    return answer.status, answer.body, dict(answer.fields)


TAG = asked()[2]["etag"]


def test_a_whole_file_says_its_tag_its_date_and_that_parts_may_be_asked_for() -> None:
    status, body, fields = asked()
    assert (status, body, TAG[0]) == (200, b"0123456789", '"')
    assert (fields["last-modified"], fields["accept-ranges"]) == (THEN, "bytes")


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        ({"if_none_match": TAG}, 304, b""),
        ({"if_none_match": f'"x", W/{TAG}'}, 304, b""),
        ({"if_none_match": "*"}, 304, b""),
        ({"if_none_match": '"x"'}, 200, b"0123456789"),
        ({"if_none_match": '"x"', "if_modified_since": THEN}, 200, b"0123456789"),
        ({"if_modified_since": THEN}, 304, b""),
        ({"if_modified_since": LATER}, 304, b""),
        ({"if_modified_since": "Thu, 26 Mar 2026 21:55:31 GMT"}, 200, b"0123456789"),
        ({"if_modified_since": "soon"}, 200, b"0123456789"),
        ({"if_match": TAG}, 200, b"0123456789"),
        ({"if_match": '"x"'}, 412, b""),
        ({"if_unmodified_since": THEN}, 200, b"0123456789"),
        ({"if_unmodified_since": "Thu, 26 Mar 2026 21:55:31 GMT"}, 412, b""),
        ({"range": "bytes=2-4"}, 206, b"234"),
        ({"range": "bytes=8-"}, 206, b"89"),
        ({"range": "bytes=8-99"}, 206, b"89"),
        ({"range": "bytes=-3"}, 206, b"789"),
        ({"range": "bytes=-99"}, 206, b"0123456789"),
        ({"range": "bytes=10-"}, 416, b""),
        ({"range": "bytes=-0"}, 416, b""),
        ({"range": "bytes=4-2"}, 416, b""),
        ({"range": "bytes=-"}, 200, b"0123456789"),
        ({"range": "bytes=1-2,4-5"}, 200, b"0123456789"),
        ({"range": "lines=1-2"}, 200, b"0123456789"),
        ({"range": "bytes=" + "9" * 5_000 + "-"}, 200, b"0123456789"),
        ({"range": "bytes=2-4", "if_range": TAG}, 206, b"234"),
        ({"range": "bytes=2-4", "if_range": THEN}, 206, b"234"),
        ({"range": "bytes=2-4", "if_range": '"x"'}, 200, b"0123456789"),
        ({"range": "bytes=2-4", "if_range": LATER}, 200, b"0123456789"),
    ],
)
def test_a_file_is_given_as_it_is_asked_for(
    fields: dict[str, str], status: int, body: bytes
) -> None:
    assert asked(fields)[:2] == (status, body)


def test_a_part_says_which_it_is_and_a_head_asks_for_the_whole() -> None:
    assert asked({"range": "bytes=2-4"})[2]["content-range"] == "bytes 2-4/10"
    assert asked({"range": "bytes=10-"})[2]["content-range"] == "bytes */10"
    assert asked({"range": "bytes=2-4"}, b"HEAD")[0] == 200
