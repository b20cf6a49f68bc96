"""The HTTP session under the client: queries in the body, bounded answers, no redirects."""

import json
import zlib
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util.retry import Retry

from fireline.adapters.prometheus.failures import Cause, QueryFailure
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.adapters.prometheus.unpacking import Unpacker
from fireline.domain.errors import InvalidInputError

CONNECT_SECONDS = 2.0
SHORTEST_READ = 0.05
MAX_BYTES = 64 * 1024 * 1024
CHUNK = 256 * 1024
OK = 200
MULTIPLE = 300
BAD_REQUEST = 400
AUTH = (401, 403)
UNPROCESSABLE = 422
SERVER_ERROR = 500
TRIED_AGAIN = (502, 503, 504)
# A Date header is cut to whole seconds: half a second is missing in the middle.
DATE_CUT = 0.5
TAIL = 4096


def shown_url(url: str) -> str:
    """The address without user name and password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


class BoundedSession(requests.Session):
    """Sends the query as a form, keeps warnings, and turns every refusal into a `QueryFailure`.

    Args:
        url: base address, for messages and for mounting the adapter.
        deadline: seconds for a whole answer, not only for one read.
        telemetry: told of the server's clock.

    `left` is what remains of the deadline for the next request; `size` how many bytes the last
    answer had.
    """

    def __init__(self, url: str, deadline: float, telemetry: Telemetry) -> None:
        super().__init__()
        self.base = shown_url(url)
        self.deadline = deadline
        self.left = deadline
        self.size = 0
        self.credentials: Callable[[], tuple[tuple[str, str], ...]] | None = None
        self._telemetry = telemetry
        self.warnings: tuple[str, ...] = ()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "gzip"

    def mount_own(self, url: str) -> None:
        """Take the place of the adapter that the client mounts with retries of its own."""
        adapter = HTTPAdapter(pool_maxsize=1, pool_block=True, max_retries=Retry(0))
        self.mount(url, adapter)

    @override
    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> Any:
        """The response, read whole; anything but a 200 raises `QueryFailure`."""
        params = kwargs.pop("params", None)
        if method == "POST" and kwargs.get("data") is None:
            kwargs["data"], params = params, None
        kwargs.update(params=params, allow_redirects=False, stream=True)
        kwargs["timeout"] = (min(CONNECT_SECONDS, self.left), self.left)
        self._show_credentials()
        begun = monotonic()
        response = super().request(method, url, *args, **kwargs)
        self._note_clock(response)
        try:
            # The client reads `.json()` of the response; filling its body here keeps the bounds.
            response._content = self._body(response, begun)  # noqa: SLF001
        finally:
            response.close()
        if response.status_code != OK:
            raise self._refusal(response)
        self.warnings = _warnings(response.content)
        return response

    def _show_credentials(self) -> None:
        """Read them anew: a token in a file may have been replaced."""
        if self.credentials is None:
            return
        try:
            self.headers.update(dict(self.credentials()))
        except InvalidInputError as error:
            raise QueryFailure(Cause.REFUSED, str(error)) from error

    def _body(self, response: requests.Response, begun: float) -> bytes:
        """The whole body within its bounds; a lost connection raises as requests' own would."""
        try:
            return self._read(response, begun)
        except ReadTimeoutError as error:
            raise self.timed_out() from error
        except (HTTPError, zlib.error) as error:
            raise requests.ConnectionError(str(error)) from error

    def _read(self, response: requests.Response, begun: float) -> bytes:
        told = response.headers.get("Content-Length", "")
        if told.isdecimal() and int(told) > MAX_BYTES:
            raise self._too_large()
        chunks: list[bytes] = []
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""))
        # read1 gives what has come; iter_content would wait for a whole chunk of a dripping body,
        # and would unpack all that a chunk holds, however much.
        while chunk := response.raw.read1(CHUNK, decode_content=False):
            for piece in unpacker.pieces(chunk):
                self.size += len(piece)
                if self.size > MAX_BYTES:
                    chunks.clear()  # a failure is remembered for minutes, with its frames
                    raise self._too_large()
                chunks.append(piece)
            left = self.left - (monotonic() - begun)
            if left <= 0:
                chunks.clear()
                raise self.timed_out()
            _wait_at_most(response, left)
        return b"".join(chunks)

    def _note_clock(self, response: requests.Response) -> None:
        """Compare the server's clock with ours; a page of something else has no say."""
        date = response.headers.get("Date")
        if date is None or response.status_code != OK:
            return
        try:
            there = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return
        self._telemetry.clock_seen(there + DATE_CUT - time())

    def _too_large(self) -> QueryFailure:
        return QueryFailure(
            Cause.TOO_LARGE,
            f"Prometheus at {self.base} answered with more than 64 MB; "
            "aggregate the query to one value.",
        )

    def timed_out(self) -> QueryFailure:
        """The failure for an answer that did not come in time."""
        return QueryFailure(
            Cause.TIMEOUT,
            f"Prometheus at {self.base} did not answer within {self.deadline:g} s; "
            "it is overloaded or the query is too heavy.",
        )

    def _refusal(self, response: requests.Response) -> QueryFailure:
        status = response.status_code
        kind, said = _prometheus_error(response.content)
        if MULTIPLE <= status < BAD_REQUEST:
            where = shown_url(response.headers.get("Location", "elsewhere"))
            return QueryFailure(
                Cause.WRONG_URL,
                f"Prometheus address {self.base} redirects to {where}, which is not followed; "
                "give the final address.",
            )
        if status in AUTH:
            return QueryFailure(
                Cause.REFUSED,
                f"Prometheus at {self.base} refused the credentials (HTTP {status}); "
                "check the token or password.",
            )
        if kind == "timeout":
            return self.timed_out()
        if kind and status in (BAD_REQUEST, UNPROCESSABLE):
            return QueryFailure(Cause.QUERY, f"Prometheus rejects the query: {said}")
        if status >= SERVER_ERROR:
            return QueryFailure(
                Cause.SERVER,
                f"Prometheus at {self.base} failed (HTTP {status}{': ' + said if said else ''}); "
                "look at its log.",
                again=status in TRIED_AGAIN,
            )
        return QueryFailure(
            Cause.WRONG_URL,
            f"{self.base} is not a Prometheus (HTTP {status} for /api/v1/query_range); "
            "check the address.",
        )


def _wait_at_most(response: requests.Response, seconds: float) -> None:
    """Give the next read no more time than is left of the whole."""
    connection = getattr(response.raw, "connection", None)
    sock = getattr(connection, "sock", None)
    if sock is not None:
        sock.settimeout(max(SHORTEST_READ, seconds))


def _prometheus_error(content: bytes) -> tuple[str, str]:
    """Error type and text of an API error, or empty strings for anything else."""
    try:
        answer = json.loads(content)
    except ValueError:
        return "", ""
    if not isinstance(answer, dict) or answer.get("status") != "error":
        return "", ""
    return str(answer.get("errorType", "")), str(answer.get("error", ""))


def _warnings(content: bytes) -> tuple[str, ...]:
    """What the server warned of; it stands after the data, so most answers need no parsing."""
    if b'"warnings"' not in content[-TAIL:]:
        return ()
    try:
        found = json.loads(content).get("warnings", [])
    except ValueError:
        return ()
    return tuple(str(text) for text in found)
