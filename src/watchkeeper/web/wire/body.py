"""Body: the JSON of one request, read and refused as Vigil does."""

from functools import lru_cache
from http import HTTPStatus
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from watchkeeper.web.answer import Answer, Refusal, plain

LONGEST_BODY = 2 * 1024 * 1024
NOT_JSON = plain(HTTPStatus.BAD_REQUEST, "Content type error")
T = TypeVar("T")


def read(adapter: TypeAdapter[T], content_type: bytes, body: bytes) -> T:
    """Return what *body* says; raise Refusal (400) where that cannot be understood."""
    if not is_json(content_type):
        raise Refusal(NOT_JSON)
    try:
        told: T = adapter.validator.validate_json(body)  # spares the adapter's own checks
    except ValidationError as error:
        raise Refusal(_not_understood(error)) from None
    return told


@lru_cache(maxsize=64)
def is_json(content_type: bytes) -> bool:
    """Return whether a body of this type is JSON; parameters such as a charset do not count."""
    media_type = content_type.partition(b";")[0].strip().lower()
    return media_type.endswith((b"/json", b"+json"))


def _not_understood(error: ValidationError) -> Answer:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    text = f"{place}: {first['msg']}" if place else first["msg"]
    return plain(HTTPStatus.BAD_REQUEST, f"Json deserialize error: {text}")
