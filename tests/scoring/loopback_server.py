"""A real server on loopback that misbehaves as told, in one way per request."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Way:
    """How one request is answered."""

    def __init__(
        self,
        status: int = 200,
        *,
        content: bytes | None = None,
        content_type: str = "application/octet-stream",
        stop_after: int | None = None,
        hang_after: int | None = None,
        ignore_range: bool = False,
        etag: str | None = '"one"',
        location: str | None = None,
        claimed_length: int | None = None,
        says_length: bool = True,
        seconds_per_byte: float = 0.0,
    ) -> None:
        self.status = status
        self.content = content
        self.content_type = content_type
        self.stop_after = stop_after
        self.hang_after = hang_after
        self.ignore_range = ignore_range
        self.etag = etag
        self.location = location
        self.claimed_length = claimed_length
        self.says_length = says_length
        self.seconds_per_byte = seconds_per_byte


class Server:
    """Answers with `content`, in the queued ways, then normally."""

    def __init__(self, content: bytes, certificate: Path | None = None) -> None:
        self.content = content
        self._scheme = "https" if certificate else "http"
        self.ways: list[Way] = []
        self.requests: list[dict[str, str]] = []
        """The headers of each request."""
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def handle(self) -> None:
                # A client that rejects the certificate or disconnects is not an error of the server.
                with suppress(OSError):
                    super().handle()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # On the request's own thread, because a client that is refused must not stop the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def address(self) -> str:
        """Of the file."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}/file-{'0' * 8}.pth"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request in its way."""
        self.requests.append({name.lower(): value for name, value in request.headers.items()})
        way = self.ways.pop(0) if self.ways else Way()
        with suppress(ConnectionError):
            self._answer(request, way)

    def _answer(self, request: BaseHTTPRequestHandler, way: Way) -> None:
        body = self.content if way.content is None else way.content
        whole, start, status = len(body), 0, way.status
        wanted = request.headers.get("Range")
        if wanted and status == 200 and not way.ignore_range and request.headers.get("If-Range") == way.etag:
            start, status = int(wanted.removeprefix("bytes=").removesuffix("-")), 206
        body = body[start:]
        request.send_response(status)
        request.send_header("Content-Type", way.content_type)
        if way.says_length:
            request.send_header("Content-Length", str(way.claimed_length or len(body)))
        if way.etag:
            request.send_header("ETag", way.etag)
        if way.location:
            request.send_header("Location", way.location)
        if status == 206:
            request.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        request.end_headers()
        if way.seconds_per_byte:
            for byte in body:
                request.wfile.write(bytes([byte]))
                if self.released.wait(way.seconds_per_byte):
                    return
        request.wfile.write(body[: way.hang_after if way.stop_after is None else way.stop_after])
        request.wfile.flush()
        if way.hang_after is not None:
            self.released.wait(20)
        request.close_connection = True

    def close(self) -> None:
        """Stop serving and release hanging requests."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(content: bytes, certificate: Path | None = None) -> Iterator[Server]:
    """Serve for the duration of a test; encrypted if there is a certificate with its key."""
    server = Server(content, certificate)
    try:
        yield server
    finally:
        server.close()
