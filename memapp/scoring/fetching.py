"""Download one published file on a user's request: resumed, retried, verified, then moved into place."""

from __future__ import annotations

import http.client
import logging
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO, Any, TypeAlias

from memapp.core.control import RunControl
from memapp.core.errors import FetchError
from memapp.core.files import make_private_folder
from memapp.core.number_text import number_text
from memapp.core.text import tr
from memapp.scoring.download_connection import disconnecting_when_cancelled, opener
from memapp.scoring.partial_download import PartialDownload, Published, is_published

BytesProgress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes here and the total, which is 0 if the server does not state it."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds before each next attempt; the sequence restarts after an attempt that brought some."""
MOST_ATTEMPTS = 100
"""In one download, even if each brings something."""
STALL_SECONDS = 30.0
"""A server that sends nothing for this long counts as gone."""

_CHUNK = 1 << 16
_PROGRESS_BYTES = _CHUNK
"""An attempt that brings fewer counts as failed: otherwise one byte at a time would go on forever."""
_LOOK_SECONDS = 0.05
_SOFTWARE = {"User-Agent": "memapp", "Accept-Encoding": "identity"}

_log = logging.getLogger(__name__)


class _RetryError(Exception):
    """This attempt failed, but another may succeed. str() is half a sentence."""


def fetch(
    published: Published,
    folder: Path,
    *,
    control: RunControl,
    progress: BytesProgress,
    pauses: tuple[float, ...] = PAUSES,
    stall_seconds: float = STALL_SECONDS,
) -> Path:
    """Download a file through the system's proxy, with the system's certificates.

    The part received before an interruption, a cancel or the end of memapp is kept; the next download resumes
    there.

    Args:
        published: which file.
        folder: the target folder, created if missing; it gets the file when it is complete and verified.
        control: cancels or pauses it.
        progress: called with the bytes here.
        pauses: seconds before each next attempt.
        stall_seconds: how long the server may send nothing.

    Returns:
        The file.

    Raises:
        FetchError: it can't be downloaded; one or two sentences say why, and what to do.
        Cancelled: control was cancelled.
    """
    target = folder / published.file_name
    try:
        make_private_folder(folder)
        if target.is_file() and is_published(target, published):
            return target
        part = PartialDownload(folder, published)
        _receive(part, control, progress, pauses, stall_seconds)
        part.place(target)
    except OSError as problem:
        raise FetchError(
            tr(
                "{title} can't be saved: {folder} can't be written ({problem}).",
                title=published.title,
                folder=folder,
                problem=problem.strerror or problem,
            )
        ) from problem
    return target


def _receive(
    part: PartialDownload,
    control: RunControl,
    progress: BytesProgress,
    pauses: tuple[float, ...],
    stall_seconds: float,
) -> None:
    """Try until the file is complete and its hash is right."""
    part.check_disk_space(part.published.likely_size - part.size)
    failures = attempts = 0
    fresh = False
    while True:
        before = part.size
        resumed = before > 0
        try:
            _attempt(part, control, progress, stall_seconds)
        except _RetryError as problem:
            failures = failures if part.size < before + _PROGRESS_BYTES else 0
            attempts += 1
            if failures >= len(pauses) or attempts >= MOST_ATTEMPTS:
                raise FetchError(
                    tr(
                        "{title} could not be downloaded from {host}: {problem}. Try again "
                        "later: what was received is kept. Or install it from a file.",
                        title=part.published.title,
                        host=part.published.host,
                        problem=problem,
                    )
                ) from problem
            _log.info("downloading %s: %s", part.published.file_name, problem)
            _wait(pauses[failures], control)
            failures += 1
            continue
        if is_published(part.path, part.published):
            return
        part.discard()
        if not resumed or fresh:
            raise FetchError(
                tr(
                    "{host} sent another file than {file_name}. It was deleted. Try again "
                    "later, or install it from a file.",
                    host=part.published.host,
                    file_name=part.published.file_name,
                )
            )
        # Bytes of two versions of the file may have been mixed; try once more without resuming.
        fresh = True


def _attempt(
    part: PartialDownload, control: RunControl, progress: BytesProgress, stall_seconds: float
) -> None:
    control.checkpoint()
    headers = dict(_SOFTWARE)
    validator = part.validator()
    if validator is None:
        part.discard()
    else:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": validator}
    request = urllib.request.Request(part.published.address, headers=headers)
    with disconnecting_when_cancelled(control) as sockets:
        try:
            with opener(sockets).open(request, timeout=stall_seconds) as response:
                _take(response, part, control, progress, stall_seconds)
        except urllib.error.HTTPError as problem:
            with problem:
                _refuse_status(problem, part)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            control.checkpoint()
            if isinstance(problem, _DiskError):
                raise OSError(*problem.args) from problem
            raise _typed_error(problem, part) from problem


class _DiskError(OSError):
    """Writing failed, not reading."""


def _take(
    response: Any,
    part: PartialDownload,
    control: RunControl,
    progress: BytesProgress,
    stall_seconds: float,
) -> None:
    """Write what the server sends.

    Raises:
        _RetryError: it ended early, or sends too slowly.
        FetchError: it is not the file.
    """
    published = part.published
    if response.headers.get_content_type() == "text/html":
        raise FetchError(
            tr(
                "{host} sent a web page instead of the file: this network may want you to log in first. "
                "Open any page in a browser, then try again. Or install it from a file.",
                host=published.host,
            )
        )
    length = _number(response.headers.get("Content-Length"))
    start, total = 0, length
    if response.status == 206:
        start, total = _range(response.headers.get("Content-Range"))
        if start != part.size:
            part.discard()
            raise _RetryError(tr("it sent another part than requested"))
    else:
        _begin(part, response.headers)
    if (total or 0) > 2 * published.likely_size:
        part.discard()
        raise FetchError(
            tr(
                "{host} offers another file than {file_name}: it has {total} MB instead of about "
                "{likely_size} MB. Nothing was downloaded. Install it from a file instead.",
                host=published.host,
                file_name=published.file_name,
                total=number_text((total or 0) / 1e6, ",.0f"),
                likely_size=number_text(published.likely_size / 1e6, ",.0f"),
            )
        )
    part.check_disk_space((total or published.likely_size) - start)
    done = start
    progress(done, total or 0)
    pace = _Pace(done, stall_seconds)
    with _opened(part.path) as file:
        while chunk := response.read1(_CHUNK):
            pace.stop()
            control.checkpoint()
            pace.go_on()
            _write(file, chunk)
            done += len(chunk)
            if done > (total or 2 * published.likely_size):
                file.close()
                part.discard()
                raise FetchError(
                    tr(
                        "{host} sent another file. Nothing was kept. Install it from a file instead.",
                        host=published.host,
                    )
                )
            progress(done, total or 0)
            pace.check(done)
        _flush(file)
    control.checkpoint()
    if total is not None and done < total:
        raise _RetryError(
            tr(
                "it stopped after {done} of {total} MB",
                done=number_text(done / 1e6, ",.1f"),
                total=number_text(total / 1e6, ",.1f"),
            )
        )


class _Pace:
    """Whether enough arrives in the time in which a server may send nothing; a pause does not count."""

    def __init__(self, done: int, seconds: float) -> None:
        self._done = done
        self._seconds = seconds
        self._since = self._stopped = time.monotonic()

    def stop(self) -> None:
        self._stopped = time.monotonic()

    def go_on(self) -> None:
        self._since += time.monotonic() - self._stopped

    def check(self, done: int) -> None:
        """Raise _RetryError if too little arrived."""
        if time.monotonic() < self._since + self._seconds:
            return
        if done < self._done + _PROGRESS_BYTES:
            raise _RetryError(tr("it is too slow"))
        self._done, self._since = done, time.monotonic()


def _begin(part: PartialDownload, headers: Message) -> None:
    try:
        part.begin(headers)
    except OSError as problem:
        raise _DiskError(*problem.args) from problem


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as problem:
        raise _DiskError(*problem.args) from problem


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as problem:
        raise _DiskError(*problem.args) from problem


def _flush(file: IO[bytes]) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as problem:
        raise _DiskError(*problem.args) from problem


def _refuse_status(problem: urllib.error.HTTPError, part: PartialDownload) -> None:
    """Raise _RetryError or FetchError, always."""
    host = part.published.host
    match problem.code:
        case 416:
            # What is here is not the beginning of the server's file.
            part.discard()
            raise _RetryError(tr("it can't resume the download")) from problem
        case 407:
            raise FetchError(
                tr(
                    "This network asks for a name and a password (proxy). Ask the person who manages the "
                    "network, or install from a file."
                )
            ) from problem
        case 408 | 425 | 429 | 500 | 502 | 503 | 504:
            raise _RetryError(tr("it is not available now (status {code})", code=problem.code)) from problem
        case 404 | 410:
            raise FetchError(
                tr(
                    "{file_name} is no longer at {host}. A newer memapp may know its new "
                    "place. Or install it from a file.",
                    file_name=part.published.file_name,
                    host=host,
                )
            ) from problem
    raise FetchError(
        tr(
            "{host} refuses to send {file_name} (status {code}). Try again later, or install it from a file.",
            host=host,
            file_name=part.published.file_name,
            code=problem.code,
        )
    ) from problem


def _typed_error(problem: Exception, part: PartialDownload) -> Exception:
    host = part.published.host
    cause = problem.reason if isinstance(problem, urllib.error.URLError) else problem
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            tr(
                "{host} could not prove its identity ({verify_message}). Check this "
                "computer's date and its network's certificates, or install from a file.",
                host=host,
                verify_message=cause.verify_message,
            )
        )
    if isinstance(cause, socket.gaierror) or getattr(cause, "errno", None) in _UNREACHABLE:
        return FetchError(
            tr(
                "This computer can't reach {host}. Connect it to the internet, then try "
                "again, or install from a file.",
                host=host,
            )
        )
    if isinstance(cause, TimeoutError):
        return _RetryError(tr("it no longer answers"))
    if isinstance(cause, ValueError) and not isinstance(cause, OSError):
        return FetchError(
            tr(
                "{host} sent a response that can't be understood. Install from a file instead.",
                host=host,
            )
        )
    return _RetryError(tr("the connection broke"))


def _unreachable() -> frozenset[int]:
    import errno

    names = ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "WSAENETUNREACH", "WSAEHOSTUNREACH")
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_UNREACHABLE = _unreachable()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _range(text: str | None) -> tuple[int, int | None]:
    """Return a part's start and the whole size from "bytes 5-9/10"; -1 if the start is not stated."""
    unit, _, rest = (text or "").partition(" ")
    span, _, whole = rest.partition("/")
    start = _number(span.partition("-")[0])
    return (start if unit == "bytes" and start is not None else -1), _number(whole)


def _wait(seconds: float, control: RunControl) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        control.checkpoint()
        time.sleep(min(_LOOK_SECONDS, max(until - time.monotonic(), 0)))
    control.checkpoint()
