"""The error for a call that cannot mean anything, where click itself cannot know."""

from __future__ import annotations

import click


class WrongUseError(click.ClickException):
    """What was asked for does not fit together, or does not exist; exit code 2. The message says what to do instead."""

    exit_code = 2
