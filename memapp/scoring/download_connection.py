"""Connections of a download: the system's proxy and certificates, safe redirects, ended by a cancel."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import truststore

from memapp.core.control import RunControl
from memapp.core.errors import FetchError
from memapp.core.text import tr

_LOOK_SECONDS = 0.05
"""Between two looks at whether the download was cancelled."""


@contextmanager
def disconnecting_when_cancelled(control: RunControl) -> Iterator[list[socket.socket]]:
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


def opener(sockets: list[socket.socket]) -> urllib.request.OpenerDirector:
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
                tr(
                    "{host} redirects to an address that is not secure. Nothing was downloaded.",
                    host=req.host,
                )
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
