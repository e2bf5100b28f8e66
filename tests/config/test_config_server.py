import pytest

from watchkeeper.config.server import Anchor, Inet, LogLevel


@pytest.mark.parametrize("raw", ["0.0.0.0:8080", "[::]:8080", "[::1]:0", "127.0.0.1:65535"])
def test_an_address_prints_as_it_was_written(raw: str) -> None:
    assert str(Inet.parse(raw)) == raw


@pytest.mark.parametrize(
    "raw", ["", "8080", "localhost:8080", "::1:8080", "[127.0.0.1]:80", "0.0.0.0", ":8080"]
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="must be an IP address and a port"):
        Inet.parse(raw)


@pytest.mark.parametrize("port", ["", "x", "-1", "65536", "٨"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="must end in a port from 0 to 65535"):
        Inet.parse(f"0.0.0.0:{port}")


def test_log_levels_are_read_in_any_case() -> None:
    assert LogLevel("Warn") is LogLevel.WARN
    with pytest.raises(ValueError, match="loud"):
        LogLevel("loud")


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("192.0.2.1:53", Anchor("192.0.2.1", 53)),
        ("router.example.com:443", Anchor("router.example.com", 443)),
        ("[2001:db8::1]:443", Anchor("2001:db8::1", 443)),
    ],
)
def test_an_anchor_is_a_machine_and_a_port(text: str, anchor: Anchor) -> None:
    assert Anchor.parse(text) == anchor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2.1",
        "192.0.2.1:",
        ":53",
        "2001:db8::1:443",
        "http://example.com:80",
        "a:0",
        "a:x",
    ],
)
def test_what_is_no_anchor_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 192\.0\.2\.1:53"):
        Anchor.parse(text)
