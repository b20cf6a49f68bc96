"""Why a query gave no answer, told so that one knows whose fault it is."""

from enum import StrEnum


class Cause(StrEnum):
    """What went wrong."""

    UNREACHABLE = "unreachable"
    WRONG_URL = "wrong_url"
    REFUSED = "refused"
    SERVER = "server"
    TIMEOUT = "timeout"
    QUERY = "query"
    TOO_LARGE = "too_large"
    RESTING = "resting"


SOURCE_WIDE = frozenset(
    {Cause.UNREACHABLE, Cause.WRONG_URL, Cause.REFUSED, Cause.SERVER, Cause.RESTING}
)
BY_PART = frozenset({Cause.QUERY, Cause.TOO_LARGE})


class QueryFailure(Exception):  # noqa: N818 - an answer too, kept per query
    """One query failed.

    Args:
        cause: whose fault it is.
        sentence: what happened, where, and what to do.
        again: whether asking at once a second time may help.
    """

    def __init__(self, cause: Cause, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.cause = cause
        self.sentence = sentence
        self.again = again
