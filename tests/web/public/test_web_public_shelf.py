"""The shelf: Vigil's badges, assets and robots.txt, and never a file beside the folder."""

import os
from pathlib import Path

import pytest

from tests.web.world import World, get, run, serving
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.web.public import badges
from watchkeeper.web.public.operator_files import MOST_BYTES, confined, disposition

COLORS = {Status.HEALTHY: b"#0EB033", Status.SICK: b"#F18000", Status.DEAD: b"#E10000"}
SECRET = b"nobody may read this"


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder as operators have it, beside a secret."""
    root = tmp_path / "assets"
    for folder in ("images/brand", "images/badges", "fonts/main", "stylesheets", "public"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "secret.svg").write_bytes(SECRET)
    (root / "secret.svg").write_bytes(SECRET)
    (root / "images/brand/logo.svg").write_text("<svg/>")
    (root / "images/brand/.hidden.svg").write_bytes(SECRET)
    (root / "images/brand/out.svg").symlink_to(tmp_path / "secret.svg")
    (root / "images/brand/in.svg").symlink_to("logo.svg")
    (root / "images/out").symlink_to(tmp_path)
    (root / "images/brand/circle.svg").symlink_to("circle.svg")
    (root / "images/brand/large.png").write_bytes(b"a" * (MOST_BYTES + 1))
    os.mkfifo(root / "images/brand/pipe.svg")
    (root / "fonts/main/a.woff2").write_text("font")
    (root / "stylesheets/own.css").write_text("a{}")
    return root


def test_files_are_served_at_vigils_depths_with_their_types_and_names(assets: Path) -> None:
    @run
    async def scene() -> None:
        async with serving(World(assets=assets)) as server:
            logo = await get(server, "/assets/images/brand/logo.svg?v=1.29.0")
            assert (logo.status, logo.text) == (200, "<svg/>")
            assert logo.headers["content-type"] == "image/svg+xml"
            assert logo.headers["content-disposition"] == 'inline; filename="logo.svg"'
            assert logo.headers["cache-control"] == "public, max-age=3600"
            assert logo.headers["cross-origin-resource-policy"] == "cross-origin"
            assert logo.headers["content-security-policy"].endswith("sandbox")
            assert "last-modified" in logo.headers
            font = await get(server, "/assets/fonts/main/a.woff2/", method="HEAD")
            assert font.headers["content-disposition"].startswith("attachment")
            assert font.headers["content-length"] == "4"
            assert (await get(server, "/assets/images/brand/in.svg")).text == "<svg/>"
            style = await get(server, "/assets/stylesheets/own.css")
            assert style.headers["content-type"] == "text/css; charset=utf-8"

    scene()


OUTSIDE = [
    "/assets/secret.svg",
    "/assets/images/secret.svg",
    "/assets/images/../secret.svg",
    "/assets/images/%2e%2e/secret.svg",
    "/assets/images/brand/..%2f..%2fsecret.svg",
    "/assets/images/brand/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.svg",
    "/assets/images/..%2f..%2f/secret.svg",
    "/assets/stylesheets/%2e%2e",
    "/assets/stylesheets/%2fetc%2fpasswd",
    "/assets/images/brand/out.svg",
    "/assets/images/out/secret.svg",
    "/assets/images/brand/circle.svg",
    "/assets/images/brand/.hidden.svg",
    "/assets/images/brand/pipe.svg",
    "/assets/images/brand/large.png",
    "/assets/images/brand",
    "/assets/images/brand/logo.svg%00.png",
    "/assets/images/brand/logo.svg/more",
    "/assets/images/brand/" + "a" * 5_000,
    "/badge/..%2fbrand%2flogo",
    "/badge/%2e%2e%2f%2e%2e%2fsecret",
    "/badge/x%00",
    "/badge/nope",
    "/badge/icon/more",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_is_served_that_is_hidden_elsewhere_or_no_file(assets: Path, path: str) -> None:
    @run
    async def scene() -> None:
        async with serving(World(assets=assets)) as server:
            reply = await get(server, path)
            assert (reply.status, reply.body) == (404, b"")

    scene()


def test_a_path_below_a_linked_root_is_inside_of_it(assets: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(assets)
    inside = confined(tmp_path / "linked", ("stylesheets", "own.css"))
    assert inside == (assets / "stylesheets/own.css").resolve()


def test_a_file_that_changed_is_served_anew(assets: Path) -> None:
    @run
    async def scene() -> None:
        async with serving(World(assets=assets)) as server:
            before = await get(server, "/assets/stylesheets/own.css")
            (assets / "stylesheets/own.css").write_text("b{} ")
            after = await get(server, "/assets/stylesheets/own.css", If_None_Match='"x"')
            assert (before.text, after.text) == ("a{}", "b{} ")
            assert before.headers["etag"] != after.headers["etag"]

    scene()


def test_a_name_that_no_field_can_hold_is_escaped() -> None:
    assert disposition('a"\r\n.svg') == "inline; filename*=UTF-8''a%22%0D%0A.svg"


DOWN = World(reports={ReplicaName("internal", "gateway", "g"): Report(status=Status.DEAD, heard=0)})


@run
async def test_a_badge_shows_the_general_status_and_is_asked_for_each_time() -> None:
    async with serving(DOWN) as server:
        for kind in ("icon", "color"):
            badge = await get(server, f"/badge/{kind}/")
            assert badge.body == badges.drawing(kind, Status.DEAD)
            assert badge.headers["content-type"] == "image/svg+xml"
            assert badge.headers["cache-control"] == "no-cache"
            assert badge.headers["cross-origin-resource-policy"] == "cross-origin"
            assert not badge.headers.keys() & {"last-modified", "content-disposition"}
            same = await get(server, f"/badge/{kind}", If_None_Match=badge.headers["etag"])
            assert (same.status, same.body) == (304, b"")


@pytest.mark.parametrize("status", list(COLORS))
def test_a_badge_has_vigils_colour_and_says_its_status_in_words(status: Status) -> None:
    for kind in ("icon", "color"):
        drawing = badges.drawing(kind, status)
        assert COLORS[status] in drawing
        assert status.word.encode() in drawing


def test_an_operators_badge_comes_before_ours_and_may_be_of_another_kind(assets: Path) -> None:
    (assets / "images/badges/icon-healthy-default.svg").write_text("own")
    (assets / "images/badges/flag-healthy-default.svg").write_text("flag")

    @run
    async def scene() -> None:
        async with serving(World(assets=assets)) as server:
            assert (await get(server, "/badge/icon")).text == "own"
            flag = await get(server, "/badge/flag")
            assert (flag.text, flag.headers["cache-control"]) == ("flag", "no-cache")
            assert "last-modified" not in flag.headers
            large = await get(server, "/assets/images/badges/icon-dead-large.svg")
            assert large.body == badges.drawing("icon", Status.DEAD, "large")

    scene()


def test_robots_are_told_what_the_operator_says_or_that_all_is_open(assets: Path) -> None:
    @run
    async def scene() -> None:
        async with serving(World(assets=assets)) as server:
            ours = await get(server, "/robots.txt")
            (assets / "public/robots.txt").write_text("User-agent: *\nDisallow: /\n")
            theirs = await get(server, "/robots.txt")
        assert ours.text == "User-agent: *\nDisallow:\n"
        assert ours.headers["content-type"] == "text/plain; charset=utf-8"
        assert theirs.text == "User-agent: *\nDisallow: /\n"

    scene()
