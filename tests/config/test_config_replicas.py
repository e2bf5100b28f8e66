import pytest

from watchkeeper.config.replicas import check, scheme_of

NO_SCHEMES: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "replica",
    [
        "icmp://example.com",
        "icmp://[::1]",
        "icmp://user@10.0.0.1?query",
        "tcp://example.com:80",
        "tcp://[::1]:80",
        "ssh://example.com:22",
        "http://example.com",
        "HTTPS://user:password@Example.com:8443/path?query#fragment",
        "http://bücher.example/",
    ],
)
def test_what_the_ancestor_accepts_is_accepted(replica: str) -> None:
    check(replica, NO_SCHEMES)


@pytest.mark.parametrize(
    ("replica", "why"),
    [
        ("icmp://example.com:7", "no port"),
        ("icmp://example.com/", "no path"),
        ("tcp://example.com", "tcp://host:port"),
        ("tcp://example.com:80/", "no path"),
        ("ssh://example.com", "ssh://host:port"),
        ("http:///path", "has no host"),
        ("http://[::1", "^is not a URL"),
        ("tcp://[x]:80", "^is not a URL"),
        ("http://example.com:x/", "has a port"),
        ("http://exa mple.com/", "host that is not valid"),
        ("example.com", "must begin with http://, https://, icmp://, ssh://, tcp://"),
        ("ftp://example.com/", "must begin with"),
        (f"http://example.com/{'a' * 2000}", "at most 2000 bytes"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_with_words(replica: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check(replica, NO_SCHEMES)


def test_a_probe_may_bring_a_scheme_of_its_own() -> None:
    check("dns://10.0.0.1/example.com", frozenset({"dns"}))


def test_a_scheme_is_read_without_regard_to_case() -> None:
    assert scheme_of(" HTTP://example.com") == "http"
    assert scheme_of("example.com") == ""
