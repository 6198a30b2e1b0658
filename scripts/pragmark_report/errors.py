"""Text from outside as one printable line, and the one exception that an input can cause."""

import re

# Control characters (C0, DEL, C1), bidirectional overrides and lone surrogates: they move cursors,
# turn lines around, or cannot be encoded. A replacement character stands in for each.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text without line breaks, tabs or anything that is not printed."""
    return UNPRINTABLE.sub("\ufffd", re.sub(r"[\t\r\n]+", " ", text))


class InputError(Exception):
    """An input that cannot be reported on. The message is one line: the input, the problem, and
    the next step."""

    def __init__(self, subject: object, problem: str, next_step: str) -> None:
        super().__init__(one_line(f"{subject}: {problem}; {next_step}"))


class EnvironmentRefusal(InputError):
    """The machine forbids what was asked for: a full disk, no permission. Not the input's fault."""
