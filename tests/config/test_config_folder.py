import subprocess
import sys

import pytest

from watchkeeper.config import folder


def test_the_folder_is_the_list() -> None:
    assert {"http", "tcp"} <= set(folder.names("probes"))
    assert "webhook" in folder.names("notifiers")


def test_a_kind_is_loaded_by_its_name_and_https_by_its_kin() -> None:
    assert folder.load("notifiers", "webhook").__name__ == "watchkeeper.notifiers.webhook"
    assert folder.load("probes", "https") is folder.load("probes", "http")


def test_every_scheme_of_a_probe_leads_to_it() -> None:
    for scheme in folder.schemes():
        assert scheme in folder.load("probes", scheme).SCHEMES


@pytest.mark.parametrize("kind", ["pigeon", "", "..", "os"])
def test_a_kind_that_is_not_there_is_named_beside_those_that_are(kind: str) -> None:
    with pytest.raises(LookupError, match=r"webhook"):
        folder.load("notifiers", kind)


def test_listing_the_kinds_imports_none_of_them() -> None:
    code = (
        "import sys; from watchkeeper.config import folder; folder.schemes();"
        "folder.names('notifiers');"
        "print([m for m in sys.modules if m.startswith(('watchkeeper.probes.', 're2'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
