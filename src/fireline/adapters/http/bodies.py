"""Reading a request's body within bounds, and saying no in words."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY = 1_000_000


async def bounded_body(request: Request, most: int = MAX_BODY) -> bytes | None:
    """The body, or None when it is larger than allowed; never reads more than that."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


def refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that says what is wrong."""
    return JSONResponse({"error": text}, status_code=status, headers=headers)
