"""What commands ask before they change something."""

import sys

import typer

from kinescope_upload.errors import UsageError
from kinescope_upload.output.terminal_output import is_terminal, laid_out


def check_somebody_answers(hint: str, *, as_json: bool) -> None:
    """Returns when there is a terminal to ask on.

    Raises:
        UsageError: There is none; `hint` says how to answer beforehand.
    """
    if as_json or not is_terminal(sys.stdin):
        raise UsageError("There is no terminal to ask on.", hint)


def is_agreed(question: str, questions: str, number: int, *, yes: bool) -> bool:
    """Whether something is to be done, and is agreed to: beforehand, or now that it was shown.

    Args:
        question: Asks of one thing.
        questions: The same of several; `{}` is their number.
        number: How many there are.
        yes: Whether it was agreed to beforehand.
    """
    asked = question if number == 1 else questions.format(number)
    return number > 0 and (yes or typer.confirm(laid_out(asked, sys.stdout)))
