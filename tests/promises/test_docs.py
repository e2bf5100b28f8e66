"""What is written about the program is true, as far as a machine can tell."""

import ast
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchkeeper.app.kinds import kinds
from watchkeeper.config import folder
from watchkeeper.config.load import load
from watchkeeper.config.reference import BEGIN, END, options, render

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MODULES = sorted(
    path for room in ("src", "tests", "rig", "bench") for path in (ROOT / room).rglob("*.py")
)
FIRST_SCREEN = 24
LEAST_EXAMPLES = 3
FORBIDDEN_MODULES = {"utils", "common", "helpers"}
FORBIDDEN_CLASSES = re.compile(r"Manager|Handler|Base(?![a-z])")


def test_the_readme_begins_with_two_commands_and_no_other() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    text = "\n".join(lines[: next(n for n, line in enumerate(lines) if line.startswith("## "))])
    assert re.findall(r"^```sh\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE) == [
        "scripts/serve",
        "scripts/test",
    ]
    assert text.count("```") == 4
    assert len(text.splitlines()) <= FIRST_SCREEN


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_a_page_names_can_be_run(page: Path) -> None:
    named = set(re.findall(r"(?:scripts|\.ci)/[a-z]+", page.read_text()))
    assert {name for name in named if not os.access(ROOT / name, os.X_OK)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_of_a_page_leads_somewhere(page: Path) -> None:
    places = [place for place in _links(page) if "://" not in place]
    missing = [
        place
        for place in places
        if not _leads(page.parent / place.partition("#")[0] if place[0] != "#" else page, place)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_module_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", page.read_text()))
    homes = (ROOT, ROOT / "src/watchkeeper")
    assert {name for name in named if not any((home / name).is_file() for home in homes)} == set()


def test_the_glossary_says_each_word_once() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    heads = re.findall(r"^\|([^|]+)", text, re.MULTILINE)
    words = [word for head in heads for word in re.findall(r"\*\*(.+?)\*\*", head)]
    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize("kind", folder.names(folder.PROBES))
def test_a_probe_has_its_page(kind: str) -> None:
    assert (ROOT / f"docs/probes/{kind}.md").is_file()


@pytest.mark.parametrize("kind", folder.names(folder.NOTIFIERS))
def test_a_notifier_has_its_page(kind: str) -> None:
    assert (ROOT / f"docs/channels/{kind}.md").is_file()


def test_the_reference_of_the_config_is_new_and_made_by_its_script() -> None:
    assert (ROOT / "docs/config.md").read_text() == render(kinds()), "run scripts/docs"


@pytest.mark.parametrize("kind", folder.names(folder.PROBES))
def test_the_options_in_the_page_of_a_probe_are_new_and_made_by_the_script(kind: str) -> None:
    page = (ROOT / f"docs/probes/{kind}.md").read_text()
    own = folder.load(folder.PROBES, kind).Options
    assert f"{BEGIN}\n{options(own)}{END}" in page, "run scripts/docs"


@pytest.mark.parametrize("kind", folder.names(folder.NOTIFIERS))
def test_the_options_in_the_page_of_a_channel_are_new_and_made_by_the_script(kind: str) -> None:
    page = (ROOT / f"docs/channels/{kind}.md").read_text()
    assert f"{BEGIN}\n{options(kinds().notifiers[kind])}{END}" in page, "run scripts/docs"


@pytest.mark.parametrize("kind", folder.names(folder.PROBES))
def test_every_example_in_the_page_of_a_probe_is_a_config(kind: str, tmp_path: Path) -> None:
    page = (ROOT / f"docs/probes/{kind}.md").read_text()
    node, *examples = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(examples) >= LEAST_EXAMPLES
    head = (ROOT / "config.example.cfg").read_text().partition("[[probe.service]]")[0]
    file = tmp_path / "config.cfg"
    for example in ("", *examples):
        name = example.partition(" = ")[0]
        kept = re.sub(rf"^{name} = .*", "", node, flags=re.MULTILINE | re.DOTALL)
        tables = f'[[probe.service]]\nid = "a"\nlabel = "A"\n{kept if example else node}{example}'
        file.write_text(head + tables)
        assert load(file, kinds(), {"API_TOKEN": "sesame"}).notices == ()


def test_the_example_config_loads_and_leaves_nothing_to_say() -> None:
    loaded = load(ROOT / "config.example.cfg", kinds(), {})
    assert loaded.notices == ()
    assert list(loaded.plan.replicas())


def test_the_glossary_has_a_word_once() -> None:
    words = re.findall(
        r"^\| \*\*([^|]+)\*\*", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE
    )
    assert len(words) == len(set(words)) > 0


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert [path for path in MODULES if path.stem in FORBIDDEN_MODULES] == []


def test_no_class_is_named_for_what_it_does_to_others() -> None:
    assert [name for name in _classes() if FORBIDDEN_CLASSES.search(name)] == []


def test_whatever_is_needed_is_locked_and_no_lock_names_a_host() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    extra = project["project"]["optional-dependencies"]["postgres"]
    running = [*project["project"]["dependencies"], *extra, *groups["build"]]
    assert _unlocked("requirements.lock", running) == []
    assert _unlocked("requirements-dev.lock", [*running, *groups["dev"]]) == []


def _links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", page.read_text())


def _leads(target: Path, place: str) -> bool:
    _, _, anchor = place.partition("#")
    if not anchor:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    return anchor in {_anchor(heading) for heading in headings}


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def _classes() -> Iterator[str]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield node.name


def _unlocked(name: str, wanted: list[str]) -> list[str]:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    names = [re.split(r"[<>=\[]", requirement)[0].lower() for requirement in wanted]
    return [one for one in names if one not in locked]
