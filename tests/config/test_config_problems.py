from watchkeeper.config.problems import Problem, Severity, dotted, header, masked, quoted, refused


def test_a_problem_says_file_line_key_and_text() -> None:
    problem = Problem("config.cfg", 17, "probe.service[0].id", "is bad", Severity.ERROR)
    assert str(problem) == "config.cfg:17: probe.service[0].id: is bad"


def test_a_problem_of_the_whole_file_has_neither_line_nor_key() -> None:
    assert str(Problem("config.cfg", 0, "", "is bad", Severity.ERROR)) == "config.cfg: is bad"


def test_a_key_that_needs_quotes_has_them() -> None:
    assert dotted(("probe", "service", 0, "X.é")) == 'probe.service[0]."X.é"'


def test_a_header_names_no_numbers() -> None:
    assert header(("probe", "service", 0, "node"), many=True) == "[[probe.service.node]]"
    assert header(("server",), many=False) == "[server]"


def test_passwords_of_urls_are_masked() -> None:
    assert masked("https://user:pass@host/ and 'x:y@z'") == "https://user:***@host/ and 'x:***@z'"
    assert masked("https://user:p@ss'word@host/") == "https://user:***@host/"
    assert masked("https://user@host:80/a:b@c") == "https://user@host:80/a:b@c"
    assert masked("mailto:ops@example.com") == "mailto:ops@example.com"


def test_values_are_quoted_shortly() -> None:
    assert quoted("it's") == '"it\'s"'
    assert quoted(True) == "true"
    assert quoted(5) == "5"
    assert quoted({"a": 1}) == "a table"
    assert quoted(["a"]) == "a list"
    assert quoted("a" * 500) == "'" + "a" * 78 + "…"


def test_a_refusal_reads_as_a_sentence() -> None:
    assert refused("must be 5", 6) == "must be 5, not 6"
    assert refused("Port out of range", "x") == "port out of range: 'x'"
