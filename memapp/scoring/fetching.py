"""Download one published file on a user's request: resumed, retried, verified, then moved into place."""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import shutil
import socket
import ssl
import stat
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any, TypeAlias
from urllib.parse import urlsplit

import truststore

from memapp.core.control import RunControl
from memapp.core.errors import FetchError
from memapp.core.files import make_private_folder, open_regular_file, read_json, write_atomically

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
_MOST_MEMORY_BYTES = 100_000
_SPARE = 100_000_000
"""Bytes to leave free on the disk."""
_LOOK_SECONDS = 0.05
_SOFTWARE = {"User-Agent": "memapp", "Accept-Encoding": "identity"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A published file."""

    title: str
    """Its name for people: "The COCO segmenter"."""
    address: str
    file_name: str
    sha256: str
    """Of its content, 64 hexadecimal digits: a shorter start of it could be forged."""
    likely_size: int
    """Bytes, as stated by its publisher; a file twice as large is refused."""

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.address).hostname or self.address


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
        part = _Part(folder, published)
        _receive(part, control, progress, pauses, stall_seconds)
        part.place(target)
    except OSError as problem:
        raise FetchError(
            f"{published.title} can't be saved: {folder} can't be written ({problem.strerror or problem})."
        ) from problem
    return target


def is_published(path: Path, published: Published) -> bool:
    """Return whether a file is the published one, by its hash. Raise OSError if it can't be read."""
    with open_regular_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == published.sha256


class _Part:
    """The received part, in a file beside the target, and the server's validator in another file."""

    def __init__(self, folder: Path, published: Published) -> None:
        self.published = published
        self.folder = folder
        self.path = folder / f".{published.file_name}.part"
        self._memory = folder / f".{published.file_name}.part.json"

    @property
    def size(self) -> int:
        """Bytes here."""
        try:
            status = self.path.lstat()
        except FileNotFoundError:
            return 0
        # A link or a FIFO is none of ours, and is replaced.
        return status.st_size if stat.S_ISREG(status.st_mode) else 0

    def validator(self) -> str | None:
        """The server's validator for these bytes; None if they can't be resumed."""
        try:
            match read_json(self._memory, most_bytes=_MOST_MEMORY_BYTES):
                case {"address": self.published.address, "validator": str(validator)} if self.size:
                    return validator if validator.isprintable() else None
        except (OSError, ValueError):
            pass
        return None

    def begin(self, headers: Message) -> None:
        """Discard what is here and store the validator of the coming version."""
        self.discard()
        # Only a strong ETag identifies these exact bytes (RFC 9110, 8.8.1); a date is the next best.
        etag = headers.get("ETag", "")
        validator = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")
        if validator:
            memory = {"address": self.published.address, "validator": validator}
            write_atomically(self._memory, json.dumps(memory), private=True)

    def discard(self) -> None:
        """Delete what is here."""
        for path in (self.path, self._memory):
            path.unlink(missing_ok=True)

    def check_disk_space(self, needed: int) -> None:
        """Raise FetchError if the disk is too full."""
        free = shutil.disk_usage(self.folder).free
        if free < needed + _SPARE:
            raise FetchError(
                f"The disk of {self.folder} is too full: {(needed + _SPARE) / 1e6:,.0f} MB are needed, "
                f"{free / 1e6:,.0f} MB are free."
            )

    def place(self, target: Path) -> None:
        """Move the verified file into place."""
        self.path.replace(target)
        self._memory.unlink(missing_ok=True)


def _receive(
    part: _Part,
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
                    f"{part.published.title} could not be downloaded from {part.published.host}: "
                    f"{problem}. Try again later; the part received so far is kept. Or install it from a "
                    "file."
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
                f"{part.published.host} sent another file than {part.published.file_name}: its hash "
                "differs. It was deleted. Try again later, or install it from a file."
            )
        # Bytes of two versions of the file may have been mixed; try once more without resuming.
        fresh = True


def _attempt(part: _Part, control: RunControl, progress: BytesProgress, stall_seconds: float) -> None:
    control.checkpoint()
    headers = dict(_SOFTWARE)
    validator = part.validator()
    if validator is None:
        part.discard()
    else:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": validator}
    request = urllib.request.Request(part.published.address, headers=headers)
    with _disconnecting_when_cancelled(control) as sockets:
        try:
            with _opener(sockets).open(request, timeout=stall_seconds) as response:
                _take(response, part, control, progress)
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


def _take(response: Any, part: _Part, control: RunControl, progress: BytesProgress) -> None:
    """Write what the server sends.

    Raises:
        _RetryError: it ended early.
        FetchError: it is not the file.
    """
    published = part.published
    if response.headers.get_content_type() == "text/html":
        raise FetchError(
            f"{published.host} sent a web page instead of the file: this network may want you to log in "
            "first. Open any page in a browser, then try again. Or install it from a file."
        )
    length = _number(response.headers.get("Content-Length"))
    start, total = 0, length
    if response.status == 206:
        start, total = _range(response.headers.get("Content-Range"))
        if start != part.size:
            part.discard()
            raise _RetryError("it sent another part than requested")
    else:
        _begin(part, response.headers)
    if (total or 0) > 2 * published.likely_size:
        part.discard()
        raise FetchError(
            f"{published.host} offers another file than {published.file_name}: it has "
            f"{(total or 0) / 1e6:,.0f} MB instead of about {published.likely_size / 1e6:,.0f}. Nothing "
            "was downloaded."
        )
    part.check_disk_space((total or published.likely_size) - start)
    done = start
    progress(done, total or 0)
    with _opened(part.path) as file:
        while chunk := response.read1(_CHUNK):
            control.checkpoint()
            _write(file, chunk)
            done += len(chunk)
            if done > (total or 2 * published.likely_size):
                file.close()
                part.discard()
                raise FetchError(f"{published.host} sent more than the file's size. Nothing was kept.")
            progress(done, total or 0)
        _flush(file)
    control.checkpoint()
    if total is not None and done < total:
        raise _RetryError(f"it stopped after {done / 1e6:,.1f} of {total / 1e6:,.1f} MB")


def _begin(part: _Part, headers: Message) -> None:
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


def _refuse_status(problem: urllib.error.HTTPError, part: _Part) -> None:
    """Raise _RetryError or FetchError, always."""
    host = part.published.host
    match problem.code:
        case 416:
            # What is here is not the beginning of the server's file.
            part.discard()
            raise _RetryError("it can't resume the download") from problem
        case 407:
            raise FetchError(
                "The proxy of this network needs a name and a password. Ask your network's "
                "administrator, or install from a file."
            ) from problem
        case 408 | 425 | 429 | 500 | 502 | 503 | 504:
            raise _RetryError(f"it is not available now (status {problem.code})") from problem
        case 404 | 410:
            raise FetchError(
                f"{part.published.file_name} is no longer at {host}. A newer memapp may know its new place; "
                "or install it from a file."
            ) from problem
    raise FetchError(
        f"{host} refuses to send {part.published.file_name} (status {problem.code}). Try again later, or "
        "install it from a file."
    ) from problem


def _typed_error(problem: Exception, part: _Part) -> Exception:
    host = part.published.host
    cause = problem.reason if isinstance(problem, urllib.error.URLError) else problem
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            f"{host} could not prove its identity ({cause.verify_message}). Check this computer's date "
            "and its network's certificates, or install from a file."
        )
    if isinstance(cause, socket.gaierror) or getattr(cause, "errno", None) in _UNREACHABLE:
        return FetchError(
            f"This computer can't reach {host}: connect it to the internet and try again, "
            "or install from a file."
        )
    if isinstance(cause, TimeoutError):
        return _RetryError("it no longer answers")
    if isinstance(cause, ValueError) and not isinstance(cause, OSError):
        return FetchError(f"{host} sent a response that can't be understood. Install from a file instead.")
    return _RetryError("the connection broke")


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


@contextmanager
def _disconnecting_when_cancelled(control: RunControl) -> Iterator[list[socket.socket]]:
    """Shut down the listed sockets when control is cancelled, so that nothing waits for a silent server."""
    sockets: list[socket.socket] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            if control.cancelled:
                for each in sockets:
                    with suppress(OSError):
                        # Below TLS, which would wait for a closing message.
                        socket.socket.shutdown(each, socket.SHUT_RDWR)

    watcher = threading.Thread(target=watch, name="memapp hang up", daemon=True)
    watcher.start()
    try:
        yield sockets
    finally:
        done.set()
        watcher.join()


def _opener(sockets: list[socket.socket]) -> urllib.request.OpenerDirector:
    """Return an opener with the system's proxies and certificates that lists the sockets in use."""

    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    class Encrypted(http.client.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Plain, req)

    class EncryptedHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Encrypted, req, context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    return urllib.request.build_opener(PlainHandler, EncryptedHandler, _SecureRedirects)


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never to a less secure address."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        safe = {"https": ("https",), "http": ("http", "https")}[urlsplit(req.full_url).scheme]
        if urlsplit(newurl).scheme not in safe:
            raise FetchError(
                f"{req.host} redirects to an address that is not secure. Nothing was downloaded."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
