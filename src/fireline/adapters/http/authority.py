"""Who may use an address: its bearer token, compared in a time that tells nothing of it."""

import hmac

from starlette.requests import Request


def has_token(request: Request, token: str) -> bool:
    """Whether the request carries `Authorization: Bearer TOKEN` with this token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Headers are Latin-1 on the way; these are the bytes that were sent.
    right = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return right and scheme.lower() == "bearer"
