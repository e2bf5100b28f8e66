import pytest

from watchkeeper.config.server import Inet, LogLevel


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
