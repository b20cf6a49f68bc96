"""Rhythms as cron expressions."""

MINUTE = 60


def every(seconds: int) -> str:
    """A cron expression (with seconds) that fires evenly, at least every `seconds`.

    Cron can only divide a minute or an hour evenly, so that 45 becomes 30 and 90 becomes 60.
    """
    if seconds < MINUTE:
        return f"*/{_divisor(seconds)} * * * * *"
    return f"0 */{_divisor(seconds // MINUTE)} * * * *"


def _divisor(most: int) -> int:
    return next(n for n in range(min(most, MINUTE), 0, -1) if MINUTE % n == 0)
