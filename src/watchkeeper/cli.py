"""The commands, and how each of them ends: 0 well, 2 a bad file, 78 a store that is not ours.

141 is what a shell makes of SIGPIPE: whoever read the answer left before its end.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import uvloop

from watchkeeper import __version__
from watchkeeper.app import inquiry, rehearsals
from watchkeeper.app import kinds as concrete
from watchkeeper.app.garbage import come_less_often
from watchkeeper.app.serving import Start, log_to_stderr, serve
from watchkeeper.app.trials import look_at
from watchkeeper.app.works import WorkEnded
from watchkeeper.config.check import BAD_FILE, check, exit_code, report
from watchkeeper.config.load import load
from watchkeeper.config.problems import BadConfig
from watchkeeper.config.server import Inet
from watchkeeper.core.plan import Plan
from watchkeeper.outside import descriptors, hangup
from watchkeeper.outside.notice import tell
from watchkeeper.store.errors import StoreError
from watchkeeper.store.place import locate
from watchkeeper.watch.trial import gravest, told
from watchkeeper.web.listener import CannotListen

NOT_OURS = 78
UNREAD = 128 + signal.SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command that *arguments* name, `serve` where they name none."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (
        given[0].startswith("-") and given[0] not in {"-h", "--help", "-V", "--version"}
    ):
        given.insert(0, "serve")
    options = _parser().parse_args(given)
    if options.command is not _serve:
        hangup.release()
    return _carry_out(partial(options.command, options))


def _carry_out(command: "partial[int]") -> int:
    """Return how *command* ended; one whose reader has left, as `head` does, ends in silence."""
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # Python writes what is left when it ends
        return UNREAD
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("watchkeeper", description="Status page, monitor, alerter.")
    parser.add_argument("-V", "--version", action="version", version=f"watchkeeper {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="watch, show and tell (the default command)")
    _add_places(serving)
    serving.add_argument("--inet", type=_inet, metavar="HOST:PORT", help="listen here instead")
    serving.add_argument("--force", action="store_true", help="take a database of another config")
    serving.set_defaults(command=_serve)
    checking = commands.add_parser("check", help="say everything that is wrong with a config")
    checking.add_argument("config", type=Path, metavar="FILE")
    checking.add_argument("--strict", action="store_true", help="unknown keys are errors")
    checking.set_defaults(command=_check)
    telling = commands.add_parser("deliveries", help="list what was said, and what waits")
    _add_places(telling)
    telling.add_argument("--last", type=_count, default=200, metavar="N", help="tries of a lane")
    telling.set_defaults(command=_deliveries)
    explaining = commands.add_parser("explain", help="say what is believed of it, and why")
    explaining.add_argument("name", metavar="SERVICE:NODE[:REPLICA]")
    _add_places(explaining)
    explaining.set_defaults(command=_explain)
    notifying = commands.add_parser("notify", help="speak on demand").add_subparsers(
        required=True, metavar="ACT"
    )
    testing = notifying.add_parser("test", help="send a test message, and say what was answered")
    testing.add_argument("channel", nargs="?", default="", metavar="CHANNEL", help="all if absent")
    testing.add_argument("-c", "--config", type=Path, default=Path("config.cfg"), metavar="FILE")
    testing.set_defaults(command=_notify_test)
    trying = commands.add_parser("try", help="take one look, and say all that was seen")
    trying.add_argument("target", metavar="URL|SERVICE:NODE[:REPLICA]")
    trying.add_argument("-c", "--config", type=Path, metavar="FILE", help="look as this file says")
    trying.set_defaults(command=_try)
    return parser


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-c", "--config", type=Path, default=Path("config.cfg"), metavar="FILE")
    parser.add_argument("--store", default="", metavar="URL", help="postgresql://… or a file")


def _inet(text: str) -> Inet:
    try:
        return Inet.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 or more")
    return int(text)


def _check(options: argparse.Namespace) -> int:
    problems = check(options.config, concrete.kinds(), os.environ, strict=options.strict)
    for line in report(problems):
        print(line)
    return exit_code(problems)


def _deliveries(options: argparse.Namespace) -> int:
    return _say_beside(options, partial(inquiry.deliveries, most=options.last))


def _explain(options: argparse.Namespace) -> int:
    return _say_beside(options, partial(inquiry.explain, text=options.name))


def _say_beside(options: argparse.Namespace, say: inquiry.Say) -> int:
    """Print what *say* finds in the database, which is read beside whoever serves it."""
    try:
        url, plan = _place(options)
        print(uvloop.run(inquiry.read(url, plan, say)))
    except BadConfig as bad:
        return _fail(BAD_FILE, *report(bad.problems))
    except LookupError as error:
        return _fail(BAD_FILE, f"watchkeeper: {error.args[0]}")
    except StoreError as error:
        return _fail(NOT_OURS, f"watchkeeper: {error}")
    return 0


def _try(options: argparse.Namespace) -> int:
    try:
        loaded = load(options.config, concrete.kinds(), os.environ) if options.config else None
        chosen = concrete.chosen(options.target, loaded)
    except BadConfig as bad:
        return _fail(BAD_FILE, *report(bad.problems))
    except LookupError as error:
        return _fail(BAD_FILE, f"watchkeeper: {error.args[0]}")
    reports = uvloop.run(look_at([target for _, target in chosen], loaded))
    for (title, _), seen in zip(chosen, reports, strict=True):
        print("\n".join(told(title, seen)))
    return gravest(reports)


def _notify_test(options: argparse.Namespace) -> int:
    try:
        loaded = load(options.config, concrete.kinds(), os.environ)
        parts = rehearsals.parts(loaded, options.channel)
    except BadConfig as bad:
        return _fail(BAD_FILE, *report(bad.problems))
    except LookupError as error:
        return _fail(BAD_FILE, *report(loaded.notices), f"watchkeeper: {error.args[0]}")
    tell(*rehearsals.warnings(loaded))
    ends = uvloop.run(rehearsals.play(loaded, parts))
    for part, end in zip(parts, ends, strict=True):
        print(f"{part.title}: {end.words}")
    return 0 if all(end.is_taken for end in ends) else 1


def _place(options: argparse.Namespace) -> tuple[str, Plan | None]:
    """Return where the database is, and the plan: it may be missing where the place is given."""
    given = options.store or os.environ.get("WATCHKEEPER_STORE", "")
    try:
        loaded = load(options.config, concrete.kinds(), os.environ)
    except BadConfig:
        if not given:
            raise
        return locate(given, "", options.config, os.environ), None
    return locate(given, loaded.server.store, options.config, os.environ), loaded.plan


def _serve(options: argparse.Namespace) -> int:
    come_less_often()
    try:
        loaded = load(options.config, concrete.kinds(), os.environ)
    except BadConfig as bad:
        return _fail(BAD_FILE, *report(bad.problems))
    descriptors.raise_limit()
    log_to_stderr(loaded.server)
    tell(*report(loaded.notices), *concrete.warnings(loaded))
    try:
        url = locate(options.store, loaded.server.store, options.config, os.environ)
        inet = options.inet or loaded.server.inet
        start = Start(config=options.config, url=url, inet=inet, force=options.force)
        uvloop.run(serve(start, loaded))
    except StoreError as error:
        return _fail(NOT_OURS, f"watchkeeper: {error}")
    except CannotListen as error:
        return _fail(
            1,
            f"watchkeeper: cannot listen on {inet}: {error}; choose another "
            "address with --inet HOST:PORT, or in [server] inet",
        )
    except WorkEnded as error:
        return _fail(1, f"watchkeeper: {error}")
    return 0


def _fail(code: int, *lines: str) -> int:
    tell(*lines)
    return code
