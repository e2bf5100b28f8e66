import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.config.environment import fill, quote_bare
from watchkeeper.config.problems import Severity


def filled(text: str, **environ: str) -> dict[str, Any]:
    return fill(tomllib.loads(quote_bare(text)), environ).tree


def missing(text: str) -> list[str]:
    return [finding.text for finding in fill(tomllib.loads(quote_bare(text)), {}).findings]


def test_a_name_inside_quotes_becomes_the_text_of_its_variable() -> None:
    assert filled('a = "x${A}y${B}z"', A="1", B="2") == {"a": "x1y2z"}
    assert filled("a = ['''${A}''']", A="1") == {"a": ["1"]}


def test_a_bare_name_becomes_text() -> None:
    assert filled("a = ${A}", A="word") == {"a": "word"}
    assert filled("a = { b = ${A}, c = [${A}] }", A="w") == {"a": {"b": "w", "c": ["w"]}}


def test_a_bare_number_stays_text_that_reads_as_a_number() -> None:
    assert filled("a = ${A}", A="12") == {"a": "12"}


def test_a_bare_variable_may_bring_its_own_quotes_or_list() -> None:
    assert filled("a = ${A}", A='"word"') == {"a": "word"}
    assert filled("a = ${A}", A="[30, 60]") == {"a": [30, 60]}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_breaks_the_syntax_or_sets_another_key(text: str) -> None:
    tree = filled('a = ${A}\nb = "<${A}>"\nc = 5', A=text)
    assert tree.keys() == {"a", "b", "c"}
    assert isinstance(tree["a"], str | list)
    assert tree["b"] == f"<{text}>"
    assert tree["c"] == 5


def test_a_variable_cannot_bring_a_second_key() -> None:
    assert filled("a = ${A}", A="5\nb = 6") == {"a": "5\nb = 6"}
    assert filled("a = ${A}", A='"5"\nb = 6') == {"a": '"5"\nb = 6'}


def test_a_variable_is_not_looked_at_twice() -> None:
    assert filled('a = "${A}"', A="${B}", B="no") == {"a": "${B}"}


def test_only_the_exact_form_is_a_name() -> None:
    text = 'a = "$A ${A:-x} ${1} ${} ${A b}"'
    assert filled(text, A="no") == {"a": "$A ${A:-x} ${1} ${} ${A b}"}


def test_comments_are_not_touched() -> None:
    text = '# ${A}\na = "#${A}" # ${B} "\nb = """\n# ${A}"""\n'
    assert missing(text) == [
        "${A} is not set in the environment",
        "${A} is not set in the environment",
    ]


def test_quotes_of_every_kind_are_left_as_they_are() -> None:
    text = '''a = "\\"" # "
b = \'"\'
c = """a""b\\"""" # four
d = \'\'\'a\'\'b\'\'\'\'\'
e = ""
f = ${A}
'''
    assert filled(text, A="x") == {
        "a": '"',
        "b": '"',
        "c": 'a""b"',
        "d": "a''b''",
        "e": "",
        "f": "x",
    }


def test_a_name_that_is_not_set_is_an_error_each_time_it_is_used() -> None:
    assert missing('a = "${A}${A}"\nb = ${B}') == [
        "${A} is not set in the environment",
        "${B} is not set in the environment",
    ]


def test_a_variable_that_is_not_utf_8_is_refused() -> None:
    tree = tomllib.loads('a = "${A}"')
    (finding,) = fill(tree, {"A": "\udce9"}).findings
    assert finding.text == "${A} is not UTF-8 in the environment"


def test_in_scripts_a_name_that_is_not_set_is_left_to_the_shell() -> None:
    text = 'scripts = ["echo ${A} ${B}", ${C}]'
    assert missing(text) == []
    assert filled(text, A="x") == {"scripts": ["echo x ${B}", "${C}"]}


def test_in_custom_html_a_name_that_is_not_set_is_left_to_the_browser() -> None:
    text = "[branding]\ncustom_html = '<script>a(`${b}${A}`)</script>'"
    (finding,) = fill(tomllib.loads(text), {"A": "x"}).findings
    assert finding.severity is Severity.WARNING
    html = filled(text, A="x")["branding"]["custom_html"]
    assert html == "<script>a(`${b}x`)</script>"


def test_a_name_may_stand_in_the_name_of_a_table_or_a_key() -> None:
    text = '[notify.${A}]\nheaders = { "X-${B}" = "${C}" }'
    tree = filled(text, A="webhook", B="Key", C="value")
    assert tree == {"notify": {"webhook": {"headers": {"X-Key": "value"}}}}
    assert missing(text) == [
        "${A} is not set in the environment",
        "${B} is not set in the environment",
        "${C} is not set in the environment",
    ]


def test_a_name_is_whatever_the_environment_calls_a_variable() -> None:
    names = fill(tomllib.loads(quote_bare('a = "${a-b.c}"\nd = ${a-b.c}')), {"a-b.c": "x"}).tree
    assert names == {"a": "x", "d": "x"}
    assert missing('a = "${a-b.c}"') == []


def test_what_was_used_is_remembered_with_its_place() -> None:
    tree = tomllib.loads('[server]\ntoken = "${A}"\nlist = ["", "${B}"]')
    used = fill(tree, {"A": "1", "B": "2"}).used
    assert used == [(("server", "token"), "A"), (("server", "list", 1), "B")]
