"""Values: what the types of our keys accept, and our sentences for what they refuse.

Pydantic's own words never reach a person: its code picks our sentence, its path the place.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    PlainValidator,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from watchkeeper.config.problems import Finding, Path, refused
from watchkeeper.config.server import Anchor, Inet
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url

_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "int_parsing": "must be a whole number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "bool_parsing": "must be true or false",
        "string_type": "must be text in quotes",
        "tuple_type": "must be a list",
        "dict_type": "must be a table",
        "mapping_type": "must be a table",
        "enum": "must be one of {expected}",
        "literal_error": "must be one of {expected}",
        "greater_than_equal": "must be at least {ge}",
        "greater_than": "must be more than {gt}",
        "less_than_equal": "must be at most {le}",
        "less_than": "must be less than {lt}",
        "too_long": "must have at most {max_length} items",
        "too_short": "must have at least {min_length} items",
        "value_error": "{error}",
    }
)
A_MOMENT = "a date and time with an offset, such as 2030-01-31T22:00:00Z"
_ONE_OF = re.compile(r"'([^']*)'")


def adapter(hint: Any, check: Callable[[Any], object] | None = None) -> TypeAdapter[Any]:
    """Return what reads a value of the type *hint*, and then lets *check* refuse it."""
    accepted = _accepted(hint)
    if check:
        accepted = Annotated[accepted, AfterValidator(_checked(check))]
    return TypeAdapter(accepted)


def is_secret(hint: Any) -> bool:
    """Return whether values of the type *hint* hold a secret."""
    return hint is Secret or any(map(is_secret, get_args(hint)))


def findings(
    error: ValidationError, value: object, path: Path, *, secret: bool
) -> Iterator[Finding]:
    """Yield why the *value* at *path* was refused, one finding for each place within it."""
    texts: dict[Path, str] = {}
    for details in error.errors(include_url=False):
        place = _place(details["loc"], value)
        texts.setdefault(place, _sentence(details, secret=secret))
    refined = {place[:length] for place in texts for length in range(len(place))}
    for place, text in texts.items():
        if place not in refined:
            yield Finding((*path, *place), text)


def _place(loc: Path, value: Any) -> Path:
    """Return *loc* without the steps that are not in *value*: the branches of a union."""
    place: Path = ()
    for step in loc:
        is_key = isinstance(value, dict) and step in value
        is_index = isinstance(value, list) and isinstance(step, int)
        if is_key or is_index:
            value = value[step]
            place = (*place, step)
    return place


def _sentence(details: ErrorDetails, *, secret: bool) -> str:
    context = dict(details.get("ctx", {}))
    if "expected" in context:
        context["expected"] = ", ".join(_ONE_OF.findall(context["expected"]))
    text = _SENTENCES.get(details["type"], "is not valid").format_map(context)
    return text if secret else refused(text, details["input"])


def _accepted(hint: Any) -> Any:
    if isinstance(hint, type) and hint in _READERS:
        return Annotated[(hint, *_READERS[hint])]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {None, Literal}:
        return hint
    if origin is Annotated:
        return Annotated[(_accepted(arguments[0]), *arguments[1:])]
    accepted = tuple(map(_accepted, arguments))
    return reduce(or_, accepted) if origin in {Union, UnionType} else origin[accepted]


def _checked(check: Callable[[Any], object]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        check(value)
        return value

    return checked


def _whole(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic wants a ValueError
    return value


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004
    return value


def _flag(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004
    return value


def _moment(value: object) -> object:
    if not isinstance(value, datetime):
        raise ValueError(f"must be {A_MOMENT}")  # noqa: TRY004
    return value


def _from_text(parse: Callable[[str], object]) -> PlainValidator:
    def read(value: object) -> object:
        if not isinstance(value, str):
            raise ValueError("must be text in quotes")  # noqa: TRY004
        return parse(value)

    return PlainValidator(read)


_READERS: Mapping[type, tuple[object, ...]] = MappingProxyType(
    {
        int: (BeforeValidator(_whole),),
        float: (BeforeValidator(_number), AllowInfNan(allow_inf_nan=False)),
        bool: (BeforeValidator(_flag),),
        datetime: (BeforeValidator(_moment),),
        Url: (_from_text(Url.parse),),
        Inet: (_from_text(Inet.parse),),
        Anchor: (_from_text(Anchor.parse),),
        Secret: (_from_text(Secret),),
    }
)
