from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchkeeper.core.url import DEFAULT_PORTS, Url

PIECES = (
    *("/", "//", "\\", "@", ":", "?", "#", ".", "..", "%2e", "%", "[", "]", "::1", "0x7f", "256"),
    *("user", "p:w", "a", "B", "example.com", "80", "443", "é", "ß", "Σ", "。", "\u00ad", "☃"),
    *(" ", "\t", "\x01", "\x7f", "\ud800", "'", '"', "<", ">", "`", "{", "|", "^", "~", "xn--"),
)
written = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "HTTPS:", "wss:\\\\", "http://u@", "mailto:", "redis://", ""]),
        st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    ),
)


def parsed(raw: str) -> str | None:
    """Return *raw* normalised, None where it is no URL."""
    try:
        return Url.parse(raw).text
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        # The host in lower case, no default port, a path.
        ("https://status.example.com", "https://status.example.com/"),
        ("HTTPS://Status.Example.COM/A/b", "https://status.example.com/A/b"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:00080", "http://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("http://example.com:/", "http://example.com/"),
        ("http://example.com:0/", "http://example.com:0/"),
        ("http://example.com:00/", "http://example.com:0/"),
        ("http://example.com:65535/", "http://example.com:65535/"),
        ("ws://a:80", "ws://a/"),
        ("wss://a:443", "wss://a/"),
        ("ftp://a:21", "ftp://a/"),
        ("http://a?b#c", "http://a/?b#c"),
        ("http://a/?", "http://a/?"),
        ("http://a.b./", "http://a.b./"),
        ("http://a_b..c/", "http://a_b..c/"),
        # Slashes of either kind, as many as there are.
        ("http:example.com", "http://example.com/"),
        ("http:////example.com", "http://example.com/"),
        ("https:\\\\example.com\\a\\b", "https://example.com/a/b"),
        ("https://good.com\\@evil.com/", "https://good.com/@evil.com/"),
        # Spaces and control characters.
        ("  https://a/! \n", "https://a/!"),
        ("ht\ntps://ex\tample.com/a\r\nb", "https://example.com/ab"),
        ("\x00http://a/\x1f", "http://a/"),
        ("http://a/b c\x01\x7f?d e#f g", "http://a/b%20c%01%7F?d%20e#f%20g"),
        # Paths, queries and fragments.
        ("http://a/b/c/../d/./e", "http://a/b/d/e"),
        ("http://a/b/..", "http://a/"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a/../../b", "http://a/b"),
        ("http://a/%2e/b/.%2E/c", "http://a/c"),
        ("http://a//b//", "http://a//b//"),
        ("http://a/ü?ü#ü", "http://a/%C3%BC?%C3%BC#%C3%BC"),
        ("http://a/%zz%41", "http://a/%zz%41"),
        ("http://a/\ud800", "http://a/%EF%BF%BD"),
        ("http://a/\"<>`{}'|;=", "http://a/%22%3C%3E%60%7B%7D'|;="),
        ("http://a/?\"<>'`{}|", "http://a/?%22%3C%3E%27`{}|"),
        ("http://a/#\"<>`'{}|#", "http://a/#%22%3C%3E%60'{}|#"),
        # Credentials.
        ("http://user:pass@a/", "http://user:pass@a/"),
        ("http://user@a/", "http://user@a/"),
        ("http://user:@a/", "http://user@a/"),
        ("http://:pass@a/", "http://:pass@a/"),
        ("http://:@a/", "http://a/"),
        ("http://u@b:p:q@a/", "http://u%40b:p%3Aq@a/"),
        ("http://us er:p;w@a/", "http://us%20er:p%3Bw@a/"),
        # Names from everywhere.
        ("http://münchen.de/", "http://xn--mnchen-3ya.de/"),
        ("http://MÜNCHEN.de/", "http://xn--mnchen-3ya.de/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://ΒΌΛΟΣ.com/", "http://xn--nxasmq6b.com/"),
        ("http://☃.net/", "http://xn--n3h.net/"),
        ("http://例え。jp/", "http://xn--r8jz45g.jp/"),
        ("http://\uff45xample\uff0ecom/", "http://example.com/"),
        ("http://ex\u00adample.com/", "http://example.com/"),
        ("http://%65x%61mple.com/", "http://example.com/"),
        ("http://%C3%BC.de/", "http://xn--tda.de/"),
        ("http://XN--FA-hia.de/", "http://xn--fa-hia.de/"),
        # Addresses in all their spellings.
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://1.2.65535/", "http://1.2.255.255/"),
        ("http://010.0.0.1/", "http://8.0.0.1/"),
        ("http://0x7f.0.0.01/", "http://127.0.0.1/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://10.0.0.1./", "http://10.0.0.1/"),
        ("http://\uff11\uff12\uff17.1/", "http://127.0.0.1/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://[2001:DB8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]/"),
        ("http://[1:0:0:2:0:0:0:3]/", "http://[1:0:0:2::3]/"),
        ("http://[10:0:1:2:0:0:0:3]/", "http://[10:0:1:2::3]/"),
        ("http://[1:2:3:4:5:6:7:8]/", "http://[1:2:3:4:5:6:7:8]/"),
        ("http://[1:2:3:4:5:6:0:0]/", "http://[1:2:3:4:5:6::]/"),
        ("http://[1:2:3:4:5:6:7:0]/", "http://[1:2:3:4:5:6:7:0]/"),
        ("http://[0:0:0:0:0:0:0:0]/", "http://[::]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
        # Schemes without a host keep their shape.
        ("mailto:support@example.com", "mailto:support@example.com"),
        ("MAILTO:Ü@example.com?subject=It's me", "mailto:%C3%9C@example.com?subject=It's%20me"),
        ("tel:+49-30-1", "tel:+49-30-1"),
        ("redis://Cache:6379/0 1", "redis://Cache:6379/0%201"),
        ("redis://u[:p@ss@[::0:1]/", "redis://u%5B:p%40ss@[::1]/"),
        ("file:///C:/a b", "file:///C:/a%20b"),
    ],
)
def test_a_url_is_written_as_a_browser_writes_it(raw: str, text: str) -> None:
    assert Url.parse(raw).text == text


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "must be an absolute URL"),
        ("status.example.com", "must be an absolute URL"),
        ("/path", "must be an absolute URL"),
        ("1http://a/", "must be an absolute URL"),
        ("http://", "has no host"),
        ("http:///", "has no host"),
        ("http://?a", "has no host"),
        ("https://user:password@:80/", "has no host"),
        ("http://a:65536/", "port out of range"),
        ("http://a:99999999999999999999/", "port out of range"),
        ("http://a:8o/", "has a port that is not a number"),
        ("http://a: 80/", "has a port that is not a number"),
        ("http://a:80:80/", "has a port that is not a number"),
        ("http://a:\uff18\uff10/", "has a port that is not a number"),
        ("http://[::1/", "invalid IPv6 URL"),
        ("http://[::1]a/", "invalid IPv6 URL"),
        ("http://[::g]/", "host that is not valid"),
        ("http://[fe80::1%25eth0]/", "host that is not valid"),
        ("redis://[", "invalid IPv6 URL"),
        ("redis://[a]/", "host that is not valid"),
        ("redis://a:b/", "has a port that is not a number"),
        ("http://::1/", "has a port that is not a number"),
        ("http://ex ample/", "host that is not valid"),
        ("http://a<b/", "host that is not valid"),
        ("http://a|b/", "host that is not valid"),
        ("http://a]/", "host that is not valid"),
        ("http://a%2Fb/", "host that is not valid"),
        ("http://a%00/", "host that is not valid"),
        ("http://a%ff/", "host that is not valid"),
        ("http://a\ud800/", "host that is not valid"),
        ("http://a\u2100b/", "host that is not valid"),
        ("http://\u0301a/", "host that is not valid"),
        ("http://a\u200db/", "host that is not valid"),
        ("http://xn--ü/", "host that is not valid"),
        ("http://\u00ad/", "host that is not valid"),
        ("http://256.0.0.1/", "host that is not valid"),
        ("http://1.2.3.4.5/", "host that is not valid"),
        ("http://1.2.3.4.0/", "host that is not valid"),
        ("http://1.2.65536/", "host that is not valid"),
        ("http://4294967296/", "host that is not valid"),
        ("http://a.1/", "host that is not valid"),
        ("http://1..2/", "host that is not valid"),
        ("http://09.1/", "host that is not valid"),
    ],
)
def test_what_is_no_url_is_refused_in_words(raw: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Url.parse(raw)


@given(written)
@example("mailto:\ud800'")
def test_what_is_normal_stays_as_it_is(raw: str) -> None:
    text = parsed(raw)
    assert text is None or parsed(text) == text


@given(written)
def test_what_is_normal_can_be_read_by_any_parser(raw: str) -> None:
    text = parsed(raw) or ""
    parts = urlsplit(text)
    assert text.isascii()
    if parts.scheme in DEFAULT_PORTS:
        assert parts.hostname
        assert parts.hostname == parts.hostname.lower()
        assert parts.port != DEFAULT_PORTS[parts.scheme]
        assert parts.path.startswith("/")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a/b", "https://a/b"),
        ("https://user:pass@a/b", "https://user:***@a/b"),
        ("https://:pass@a/", "https://:***@a/"),
        ("https://token@a/", "https://***@a/"),
        ("https://user:p%40ss@a:8080/b?c=d@e", "https://user:***@a:8080/b?c=d@e"),
        ("redis://user:p@ss@cache/0", "redis://user:***@cache/0"),
        ("https://a/user:pass@b", "https://a/user:pass@b"),
        ("https://a/?u=//user:pass@b", "https://a/?u=//user:pass@b"),
        ("mailto:support@example.com", "mailto:support@example.com"),
    ],
)
def test_credentials_are_never_shown(text: str, shown: str) -> None:
    assert (str(Url(text)), repr(Url(text))) == (shown, f"Url({shown!r})")


@given(st.text("aB1:@/%?#", max_size=8))
def test_no_password_is_shown_however_it_is_written(password: str) -> None:
    quoted = password.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
    assert str(Url.parse(f"https://user:X{quoted}@host/")) == "https://user:***@host/"


@pytest.mark.parametrize(
    ("base", "path", "text"),
    [
        ("https://a/", "message", "https://a/message"),
        ("https://a/gotify/", "message", "https://a/gotify/message"),
        ("https://a/gotify", "message", "https://a/message"),
        ("https://u:p@a/b/c", "../d e", "https://u:p@a/d%20e"),
        ("https://a/b", "?q", "https://a/b?q"),
    ],
)
def test_a_path_is_taken_relative_to_a_url(base: str, path: str, text: str) -> None:
    assert Url.parse(base).join(path) == Url(text)


@pytest.mark.parametrize("base", ["https://x/api", "https://x/api/"])
def test_a_path_below_a_url_needs_no_slash_at_its_end(base: str) -> None:
    assert Url.parse(base).under("bot1:a/send?b=c").text == "https://x/api/bot1:a/send?b=c"
