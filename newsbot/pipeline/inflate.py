"""Bodies as they arrive, decompressed with a bound: a gzip bomb costs no more than the largest feed we take."""

from __future__ import annotations

import zlib

from newsbot.errors import FetchError

ACCEPTED = "gzip, deflate"
_STEP = 256 * 1024


class Body:
    """Collects the chunks of one response body. ``encoding`` is its Content-Encoding, ``limit`` in bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = self._raw = 0
        self._zip = _decompressor(self._encoding)

    def feed(self, chunk: bytes) -> None:
        """Add a chunk as received. Raises FetchError when the body grows too large or is not what it says."""
        self._raw += len(chunk)
        if self._raw > self._limit:
            raise self._too_large()
        if self._zip is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise FetchError("answered with damaged compression") from error

    def finish(self) -> bytes:
        """The whole body. Raises FetchError when its compressed form broke off."""
        if self._zip is not None and self._raw and not self._zip.eof:
            raise FetchError("broke off in the middle of its answer")
        return b"".join(self._parts)

    def _inflate(self, chunk: bytes) -> None:
        assert self._zip is not None  # noqa: S101  # for the type checker: feed() asked already
        if self._size == 0 and self._encoding == "deflate" and chunk[:1] and chunk[0] & 0x0F != 8:
            self._zip = zlib.decompressobj(-zlib.MAX_WBITS)  # what many servers mean by deflate: no zlib header
        while chunk and not self._zip.eof:
            self._keep(self._zip.decompress(chunk, _STEP))
            chunk = self._zip.unconsumed_tail

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            raise self._too_large()
        self._parts.append(part)

    def _too_large(self) -> FetchError:
        return FetchError(f"is larger than {self._limit // 2**20} MiB")


def _decompressor(encoding: str) -> zlib._Decompress | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if encoding == "deflate":
        return zlib.decompressobj()
    raise FetchError("answered in a compression that was not asked for")
