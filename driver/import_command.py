"""The command that imports files."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from driver.errors import Fault, UsageError
from driver.files import Texts
from driver.ingest import Outcome
from driver.settings import Settings


def add_import(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command, with what it may import."""
    command = add("import", help="import files of JSON objects, however they are laid out")
    add_kind = command.add_subparsers(required=True, metavar="WHAT").add_parser
    organizations = add_kind("organizations", help="import organizations")
    user_events = add_kind("user-events", help="import user events; ends when all are committed")
    both = add_kind("both", help="import both, after a first look at both files")
    a_file = "a file, - for what comes in"
    for kind in (organizations, user_events, both):
        kind.set_defaults(run=_import, organizations=None, user_events=None)
    for kind in (organizations, both):
        kind.add_argument("organizations", type=Path, metavar="ORGANIZATIONS", help=a_file)
    for kind in (user_events, both):
        kind.add_argument("user_events", type=Path, metavar="USER_EVENTS", help=a_file)
        kind.add_argument(
            "--direct",
            action="store_true",
            help="write to the database instead of the queue, which is faster for years of history",
        )


def _import(arguments: argparse.Namespace) -> int:
    # Only here: where nothing but a consumer runs there is no rich, which shows the progress.
    from driver import importing  # pylint: disable=import-outside-toplevel

    imports = []
    if arguments.user_events:
        import_user_events = importing.import_user_events_directly
        if not arguments.direct:
            import_user_events = partial(importing.import_user_events, Settings.from_environment())
    if arguments.organizations == arguments.user_events == Path("-"):
        raise UsageError("only one of two files can be -")
    # A file that is no good is refused before the other one is written.
    if arguments.organizations:
        texts = Texts(arguments.organizations)
        imports.append(("organizations", texts, partial(importing.import_organizations, texts)))
    if arguments.user_events:
        texts = Texts(arguments.user_events)
        imports.append(("user events", texts, partial(import_user_events, texts, texts.share)))
    for what, texts, import_them in imports:
        _say(what, import_them())
        if texts.fault:
            raise UsageError(texts.fault)
    return 0


def _say(what: str, outcome: Outcome) -> None:
    """Print what became of a file. Raises Fault when everything in it was rejected."""
    print(f"{what}: {outcome}")
    why = f"'make status' and raw.rejected_{what.replace(' ', '_')} say why"
    if 0 < outcome.rejected == sum(outcome):
        raise Fault(f"all {what} were rejected: {why}")
    if outcome.rejected:
        print(f"{outcome.rejected} of the {what} rejected: {why}", file=sys.stderr)
