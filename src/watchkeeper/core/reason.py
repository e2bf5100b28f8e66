"""Reasons: a code that the public may see, and a detail that it may not."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.core import texts


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a status is what it is.

    *code* is `word` or `word:number` (`refused`, `status:503`), safe for everyone;
    *detail* is for operators (addresses, names, phases). Two reasons are the same news
    when their codes are equal.
    """

    code: str = ""
    detail: str = ""


NONE = Reason()
SILENT = "silent"


def words(code: str, language: Mapping[str, str] = texts.ENGLISH) -> str:
    """Return the plain words for reason *code*, the code itself where none are written.

    A value may have words of its own, as where one is not said like many.
    """
    kind, _, value = code.partition(":")
    template = language.get(f"reason.{code}") or language.get(f"reason.{kind}")
    return template.format(value=value) if template else code
