"""Unpacking an answer within a bound: a few bytes may unpack to very many."""

import zlib
from collections.abc import Iterator

GZIP_OR_ZLIB = 47
PIECE = 1024 * 1024
PACKED = frozenset({"gzip", "x-gzip", "deflate"})


class Unpacker:
    """Turns the bytes of a response into those of its content, piece by piece.

    Args:
        encoding: what the response says of itself.
    """

    def __init__(self, encoding: str) -> None:
        self._packed = encoding.strip().lower() in PACKED
        self._inner = zlib.decompressobj(GZIP_OR_ZLIB)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The content of a chunk, never more than a megabyte at once.

        Raises:
            zlib.error: it is not packed as it says.
        """
        if not self._packed:
            yield chunk
            return
        while chunk:
            if self._inner.eof:  # packed files may follow one another
                self._inner = zlib.decompressobj(GZIP_OR_ZLIB)
            yield self._inner.decompress(chunk, PIECE)
            chunk = self._inner.unconsumed_tail or self._inner.unused_data
