"""Whether a bad ratio is proven or may be luck."""

from math import sqrt

Z_95 = 1.644854


def wilson_lower(bad: float, total: float, z: float = Z_95) -> float:
    """The ratio that `bad` of `total` exceeds with 95 % certainty (one-sided); 0 for no events."""
    if total <= 0:
        return 0.0
    share = min(max(bad / total, 0.0), 1.0)
    square = z * z
    spread = z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, (share + square / (2 * total) - spread) / (1 + square / total))
