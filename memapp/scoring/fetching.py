"""Fetches one published file when a person asks for it: resumed, retried, checked, then put in place."""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import shutil
import socket
import ssl
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
from memapp.core.files import write_atomically

BytesProgress: TypeAlias = Callable[[int, int], None]
"""Takes the bytes that are here and all that there are; 0 where the server does not say."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds before each next attempt; bytes that came begin the row anew."""
STALL_SECONDS = 30.0
"""A server that says nothing for so long is taken for gone."""

_CHUNK = 1 << 16
_SPARE = 100_000_000
"""Bytes that a disk should have left."""
_LOOK_SECONDS = 0.05
_SOFTWARE = {"User-Agent": "memapp", "Accept-Encoding": "identity"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A file that somebody publishes."""

    title: str
    """What people call it: "The COCO segmenter"."""
    address: str
    file_name: str
    sha256_start: str
    """The first hexadecimal digits of its hash, as many as its publisher gives."""
    likely_size: int
    """Bytes, as its publisher says; one that has twice as many is not it."""

    @property
    def host(self) -> str:
        """Who is asked."""
        return urlsplit(self.address).hostname or self.address


class _AgainError(Exception):
    """This attempt failed; another one may not. str() of it is half a sentence."""


def fetch(
    published: Published,
    folder: Path,
    *,
    control: RunControl,
    progress: BytesProgress,
    pauses: tuple[float, ...] = PAUSES,
    stall_seconds: float = STALL_SECONDS,
) -> Path:
    """Fetch a file through the system's proxy, believing the system's certificates.

    What came before a cut, a cancel or the end of memapp is kept beside; the next fetch goes on from there.

    Args:
        published: which file.
        folder: where it is put, whole and checked; made where it is missing.
        control: cancels or pauses it.
        progress: told the bytes that are here.
        pauses: seconds before each next attempt.
        stall_seconds: how long the server may say nothing.

    Returns:
        The file.

    Raises:
        FetchError: it can't be had; one or two sentences say why, and what to do.
        Cancelled: control was cancelled meanwhile.
    """
    target = folder / published.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_file() and is_published(target, published):
            return target
        part = _Part(folder, published)
        _receive(part, control, progress, pauses, stall_seconds)
        part.place(target)
    except OSError as problem:
        raise FetchError(
            f"{published.title} can't be kept: {folder} can't be written ({problem.strerror or problem})."
        ) from problem
    return target


def is_published(path: Path, published: Published) -> bool:
    """Whether a file is the published one, by its hash. Raises: OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(published.sha256_start)


class _Part:
    """What came so far, in a file beside the target, and in another one what the server said of it."""

    def __init__(self, folder: Path, published: Published) -> None:
        self.published = published
        self.folder = folder
        self.path = folder / f".{published.file_name}.part"
        self._memory = folder / f".{published.file_name}.part.json"

    @property
    def size(self) -> int:
        """Bytes that are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def validator(self) -> str | None:
        """What tells the server which state of the file these bytes are of; None where they are of no use."""
        try:
            match json.loads(self._memory.read_text(encoding="utf-8")):
                case {"address": self.published.address, "validator": str(validator)} if self.size:
                    return validator if validator.isprintable() else None
        except (OSError, ValueError):
            pass
        return None

    def begin(self, headers: Message) -> None:
        """Forget what is here; remember which state of the file is coming."""
        self.forget()
        # Only a strong ETag stands for these very bytes (RFC 9110, 8.8.1); a date is the next best.
        etag = headers.get("ETag", "")
        validator = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")
        if validator:
            memory = {"address": self.published.address, "validator": validator}
            write_atomically(self._memory, json.dumps(memory))

    def forget(self) -> None:
        """Remove what is here."""
        for path in (self.path, self._memory):
            path.unlink(missing_ok=True)

    def make_sure_of_room(self, needed: int) -> None:
        """Raises: FetchError: the disk is too full."""
        free = shutil.disk_usage(self.folder).free
        if free < needed + _SPARE:
            raise FetchError(
                f"The disk of {self.folder} is too full: {(needed + _SPARE) / 1e6:,.0f} MB are needed, "
                f"{free / 1e6:,.0f} MB are free."
            )

    def place(self, target: Path) -> None:
        """Put it in its place, checked before."""
        self.path.replace(target)
        self._memory.unlink(missing_ok=True)


def _receive(
    part: _Part,
    control: RunControl,
    progress: BytesProgress,
    pauses: tuple[float, ...],
    stall_seconds: float,
) -> None:
    """Attempt until all is here and its hash is right."""
    part.make_sure_of_room(part.published.likely_size - part.size)
    failures = 0
    fresh = False
    while True:
        before = part.size
        resumed = before > 0
        try:
            _attempt(part, control, progress, stall_seconds)
        except _AgainError as problem:
            failures = failures if part.size <= before else 0
            if failures >= len(pauses):
                raise FetchError(
                    f"{part.published.title} could not be fetched from {part.published.host}: {problem}. "
                    "Try again later; what came so far is kept. Or install it from a file."
                ) from problem
            _log.info("fetching %s: %s", part.published.file_name, problem)
            _wait(pauses[failures], control)
            failures += 1
            continue
        if is_published(part.path, part.published):
            return
        part.forget()
        if not resumed or fresh:
            raise FetchError(
                f"What {part.published.host} sent is not {part.published.file_name}: "
                "its hash is another one. It was thrown away. Try again later, or install it from a file."
            )
        # Bytes of two states of the file may have come together; the whole in one piece is worth a try.
        fresh = True


def _attempt(part: _Part, control: RunControl, progress: BytesProgress, stall_seconds: float) -> None:
    control.checkpoint()
    headers = dict(_SOFTWARE)
    validator = part.validator()
    if validator is None:
        part.forget()
    else:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": validator}
    request = urllib.request.Request(part.published.address, headers=headers)
    with _hanging_up_when_cancelled(control) as sockets:
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
            raise _in_words(problem, part) from problem


class _DiskError(OSError):
    """Writing failed, not reading."""


def _take(response: Any, part: _Part, control: RunControl, progress: BytesProgress) -> None:
    """Write what the server sends.

    Raises:
        _AgainError: it ended too early.
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
            part.forget()
            raise _AgainError("it sent another part than was asked for")
    else:
        _begin(part, response.headers)
    if (total or 0) > 2 * published.likely_size:
        raise FetchError(
            f"What {published.host} offers is not {published.file_name}: it has {(total or 0) / 1e6:,.0f} MB "
            f"instead of about {published.likely_size / 1e6:,.0f}. Nothing was fetched."
        )
    part.make_sure_of_room((total or published.likely_size) - start)
    done = start
    progress(done, total or 0)
    with _opened(part.path) as file:
        while chunk := response.read1(_CHUNK):
            control.checkpoint()
            _write(file, chunk)
            done += len(chunk)
            if done > (total or 2 * published.likely_size):
                raise FetchError(f"{published.host} sent more than the file has. Nothing was kept.")
            progress(done, total or 0)
        _flush(file)
    control.checkpoint()
    if total is not None and done < total:
        raise _AgainError(f"it stopped after {done / 1e6:,.1f} of {total / 1e6:,.1f} MB")


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
    """Raises: _AgainError, FetchError: always one of them."""
    host = part.published.host
    match problem.code:
        case 416:
            # What is here is no beginning of what is there.
            part.forget()
            raise _AgainError("it does not know what came before") from problem
        case 407:
            raise FetchError(
                "The proxy of this network wants a name and a password. Ask whoever looks after it, "
                "or install from a file."
            ) from problem
        case 408 | 425 | 429 | 500 | 502 | 503 | 504:
            raise _AgainError(f"it can't serve now (status {problem.code})") from problem
        case 404 | 410:
            raise FetchError(
                f"{part.published.file_name} is no longer at {host}. A newer memapp may know its new place; "
                "or install it from a file."
            ) from problem
    raise FetchError(
        f"{host} does not give {part.published.file_name} (status {problem.code}). "
        "Try again later, or install it from a file."
    ) from problem


def _in_words(problem: Exception, part: _Part) -> Exception:
    host = part.published.host
    cause = problem.reason if isinstance(problem, urllib.error.URLError) else problem
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            f"{host} could not prove who it is ({cause.verify_message}). Look at this computer's date and "
            "its network's certificates, or install from a file."
        )
    if isinstance(cause, socket.gaierror) or getattr(cause, "errno", None) in _UNREACHABLE:
        return FetchError(
            f"This computer can't reach {host}: connect it to the internet and try again, "
            "or install from a file."
        )
    if isinstance(cause, TimeoutError):
        return _AgainError("it no longer answers")
    if isinstance(cause, ValueError) and not isinstance(cause, OSError):
        return FetchError(f"{host} sent an answer that can't be understood. Install from a file instead.")
    return _AgainError("the connection broke")


def _unreachable() -> frozenset[int]:
    import errno

    names = ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "WSAENETUNREACH", "WSAEHOSTUNREACH")
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_UNREACHABLE = _unreachable()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _range(text: str | None) -> tuple[int, int | None]:
    """Where a part begins, and the size of the whole; -1 where it does not say so: "bytes 5-9/10"."""
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
def _hanging_up_when_cancelled(control: RunControl) -> Iterator[list[socket.socket]]:
    """Shut the sockets in the list when control is cancelled, so that nobody waits for a silent server."""
    sockets: list[socket.socket] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            if control.cancelled:
                for each in sockets:
                    with suppress(OSError):
                        # Below any encryption, which would want to say goodbye.
                        socket.socket.shutdown(each, socket.SHUT_RDWR)

    watcher = threading.Thread(target=watch, name="memapp hang up", daemon=True)
    watcher.start()
    try:
        yield sockets
    finally:
        done.set()
        watcher.join()


def _opener(sockets: list[socket.socket]) -> urllib.request.OpenerDirector:
    """What opens addresses: the system's proxies, its certificates, and a list of the sockets in use."""

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

    return urllib.request.build_opener(PlainHandler, EncryptedHandler, _NeverLessSafe)


class _NeverLessSafe(urllib.request.HTTPRedirectHandler):
    """Follows a server elsewhere, but never to a less safe way of asking."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        safe = {"https": ("https",), "http": ("http", "https")}[urlsplit(req.full_url).scheme]
        if urlsplit(newurl).scheme not in safe:
            raise FetchError(f"{req.host} sends to an address that is not safe. Nothing was fetched.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
