"""Every error Fireline raises on purpose, in one tree.

A `UserError` is shown to the person who asked; an `EffectError` tells a flow whether trying again
can help.
"""


class FirelineError(Exception):
    """Base of all errors that Fireline raises on purpose; the text is what a person reads."""


class UserError(FirelineError):
    """The asker can put it right: shown privately, never logged as a fault."""


class NotFoundError(UserError):
    """The named thing does not exist; the text says what does."""


class ForbiddenError(UserError):
    """The asker may not do this; the text says who may."""


class InvalidInputError(UserError):
    """What was typed cannot be understood; the text gives the right form.

    Args:
        message: what is wrong and what would be right.
        field: the name of the modal field it belongs to, if any.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class IllegalTransitionError(UserError):
    """The incident cannot make this step now; names every failed guard and the way out.

    Args:
        message: the sentence shown.
        codes: refusal codes of the failed guards, for tests and metrics.
    """

    def __init__(self, message: str, codes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.codes = codes


class ConflictError(UserError):
    """Somebody else changed the same thing first; the text says what to look at."""


class InvalidDefinitionError(UserError):
    """A file in git is wrong.

    Args:
        file: path as the user gave it.
        line: 1-based line of the offending field.
        message: what is wrong and what would be right.
    """

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


class EffectError(FirelineError):
    """An outside call failed.

    Args:
        message: what happened, where.
        retry: whether trying again can help.
        after: seconds to wait first, when the other side said so.
    """

    def __init__(self, message: str, *, retry: bool, after: float | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.after = after


class RateLimitedError(EffectError):
    """The other side asked to slow down."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message, retry=True, after=after)


class UnreachableError(EffectError):
    """The other side did not answer, or the outcome is unknown."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry=True)


class RejectedError(EffectError):
    """The other side refused for good.

    Args:
        message: what happened, where.
        code: the other side's own name for it, such as `channel_not_found`.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message, retry=False)
        self.code = code
