from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.config.config_samples import KINDS, MINIMAL, NODE, SERVICE
from watchkeeper.config.load import load
from watchkeeper.config.problems import Severity

PUSH = MINIMAL + SERVICE + NODE + 'mode = "push"\n'
FROM_ENVIRONMENT = PUSH.replace('"manager"', "${MANAGER}").replace('"reporter"', '"${REPORTER}"')
ENVIRON = {"MANAGER": "'m'", "REPORTER": "r"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, which those of pytest are not."""
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def notices(folder: Path, text: str, mode: int = 0o644) -> list[str]:
    path = folder / "config.cfg"
    path.write_text(text)
    path.chmod(mode)
    told = load(path, KINDS, ENVIRON).notices
    return [str(one) for one in told if one.severity is Severity.NOTICE]


def test_secrets_that_everybody_may_read_are_one_notice_with_the_way_out(folder: Path) -> None:
    path = folder / "config.cfg"
    (notice,) = notices(folder, PUSH)
    assert notice == (
        f"{path}:2: everybody on this machine may read its secrets, server.manager_token, "
        f"server.reporter_token: chmod 600 {path}, or write them as ${{NAME}}"
    )


def test_a_file_that_its_owner_or_group_alone_may_read_is_fine(folder: Path) -> None:
    assert notices(folder, PUSH, 0o600) == []
    assert notices(folder, PUSH, 0o640) == []


def test_a_file_in_a_folder_that_is_closed_to_others_is_fine(folder: Path) -> None:
    folder.chmod(0o700)
    assert notices(folder, PUSH) == []


def test_secrets_from_the_environment_and_placeholders_give_nothing_away(folder: Path) -> None:
    assert notices(folder, FROM_ENVIRONMENT) == []
    assert notices(folder, FROM_ENVIRONMENT.replace("${MANAGER}", '"REPLACE_THIS_ONE"')) == []


def test_a_password_within_any_url_is_a_secret(folder: Path) -> None:
    text = FROM_ENVIRONMENT.replace('"push"', '"poll"')
    (notice,) = notices(folder, text + 'replicas = ["http://me:hunter2@example.com/"]\n')
    assert "probe.service[0].node[0].replicas[0]" in notice
    assert "hunter2" not in notice


def test_a_path_of_the_store_and_a_hook_on_this_machine_are_no_secrets(folder: Path) -> None:
    text = FROM_ENVIRONMENT.replace("[server]", '[server]\nstore = "/var/lib/w.db"')
    hook = '[notify.webhook]\nhook_url = "http://127.0.0.1:9000/"\n'
    assert notices(folder, text + hook) == []
    (notice,) = notices(folder, text + hook.replace("127.0.0.1:9000", "hooks.example.com"))
    assert "its secrets, notify.webhook.hook_url: chmod" in notice


def test_many_secrets_are_counted(folder: Path) -> None:
    slack = "".join(
        f'[[notify.slack]]\nname = "{n}"\nhook_url = "https://hooks.slack.com/{n}"\n'
        for n in range(4)
    )
    (notice,) = notices(folder, PUSH + slack)
    assert "server.reporter_token, notify.slack[0].hook_url and 3 more: chmod" in notice
