"""What the worker processes do: everything that costs time for its bytes. Started by :mod:`newsbot.pipeline.workers`.

Jobs and results cross a pipe as pickles. A worker trusts its parent; the parent gets back only plain values of ours.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from newsbot.domain.analyze import Analyzer
from newsbot.domain.extract import extract_page, feed_links
from newsbot.domain.models import ParsedArticle, ParsedFeed
from newsbot.domain.parse import parse_feed
from newsbot.domain.urls import canonical
from newsbot.errors import ParseError

HEADER = struct.Struct(">I")
NICE = 10
"""How far these processes stand back behind the one that answers people, where there is no core for each."""

MAX_MEMORY = 3 * 2**30  # of address space, so that a document which explodes ends its worker, not the machine


@dataclass(frozen=True, slots=True)
class Analyzed:
    """What is computed of an article for storing it: language, address as an identity, terms for the search index."""

    language: str
    canonical_url: str
    search_title: str
    search_body: str


def parse(body: bytes, url: str, content_type: str) -> ParsedFeed:
    """A feed document, read."""
    return parse_feed(body, url, content_type)


def links(body: bytes, url: str) -> list[str]:
    """The feeds that a web page names."""
    return feed_links(body.decode("utf-8", "replace"), url)


def extract(body: bytes, url: str) -> ParsedArticle:
    """The article of a web page."""
    return extract_page(body, url)


def analyze(articles: list[ParsedArticle], language: str) -> list[Analyzed]:
    """Each article made ready for storing; ``language`` is what the feed's admin says of it."""
    return [_analyzed(article, language) for article in articles]


@functools.cache
def _analyzer() -> Analyzer:
    return Analyzer()


def _analyzed(article: ParsedArticle, language: str) -> Analyzed:
    analyzer = _analyzer()
    found = analyzer.detect(f"{article.title}\n{article.text}", language or article.language)
    return Analyzed(
        language=found,
        canonical_url=canonical(article.url) if article.url else "",
        search_title=analyzer.search_terms(article.title, found),
        search_body=analyzer.search_terms(article.text, found),
    )


JOBS: dict[str, Callable[..., Any]] = {"parse": parse, "links": links, "extract": extract, "analyze": analyze}


def main() -> None:
    """Answer jobs from standard input until it ends."""
    inbox = sys.stdin.buffer
    # The pipe is ours alone: whatever a library prints must not get into it.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as outbox:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        _settle_in()
        while (job := _read(inbox)) is not None:
            name, seconds, arguments = job
            _alarm(seconds)
            _write(outbox, _answer(name, arguments))
            _alarm(0)


def _settle_in() -> None:
    logging.disable(logging.CRITICAL)  # the libraries' remarks on bad pages are no news
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent ends us, by closing the pipe
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        os.nice(NICE)
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _alarm(seconds: float) -> None:
    """End this process when a job outlives its time and its parent: the default action of SIGALRM."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(name: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, JOBS[name](*arguments)
    except ParseError as error:
        return False, str(error)
    except MemoryError:
        return False, "needs more memory than it is worth"
    except Exception as error:  # a defect of ours shows as this one document's failure, by name
        return False, f"could not be read: {type(error).__name__}: {error}"


def _read(pipe: BinaryIO) -> tuple[str, float, tuple[Any, ...]] | None:
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    job: tuple[str, float, tuple[Any, ...]] = pickle.loads(pipe.read(HEADER.unpack(header)[0]))  # noqa: S301  # our parent's
    return job


def _write(pipe: BinaryIO, answer: tuple[bool, Any]) -> None:
    data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    pipe.write(HEADER.pack(len(data)) + data)
    pipe.flush()
