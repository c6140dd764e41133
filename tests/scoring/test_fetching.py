"""Downloads of a published file from a server that is slow, interrupts, sends wrong data or is not there."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, FetchError
from memapp.scoring.fetching import BytesProgress, fetch
from memapp.scoring.partial_download import Published
from memapp.scoring.segmentation.coco import WEIGHTS_SHA256
from tests.scoring.loopback_server import Server, Way, serving

CONTENT = random.Random(7).randbytes(700_000)
NO_PAUSES = (0.0, 0.0)

Fetch = Callable[..., Path]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # This computer's proxy, if any, does not lead to its own loopback.
    monkeypatch.setenv("no_proxy", "*")
    with serving(CONTENT) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights"


def published(server: Server, content: bytes = CONTENT, **fields: Any) -> Published:
    file = Published(
        title="The test file",
        address=server.address,
        file_name="file.pth",
        sha256=hashlib.sha256(content).hexdigest(),
        likely_size=len(content),
    )
    return replace(file, **fields)


@pytest.fixture
def get(server: Server, folder: Path) -> Fetch:
    def get(
        control: RunControl | None = None,
        progress: BytesProgress = lambda _done, _total: None,
        stall_seconds: float = 10,
        **fields: Any,
    ) -> Path:
        return fetch(
            published(server, **fields),
            folder,
            control=control or RunControl(),
            progress=progress,
            pauses=NO_PAUSES,
            stall_seconds=stall_seconds,
        )

    return get


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_complete_with_one_request(get: Fetch, server: Server, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    path = get(progress=lambda done, total: told.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert names(folder) == ["file.pth"]
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)
    get()
    assert len(server.requests) == 1


def test_an_interrupted_download_is_resumed(get: Fetch, server: Server) -> None:
    server.ways = [Way(stop_after=300_000), Way(stop_after=100_000)]
    assert get().read_bytes() == CONTENT
    ranges = [(request.get("range"), request.get("if-range")) for request in server.requests]
    assert ranges == [(None, None), ("bytes=300000-", '"one"'), ("bytes=400000-", '"one"')]


def test_a_later_download_resumes_a_cancelled_one(get: Fetch, server: Server, folder: Path) -> None:
    control = RunControl()

    def cancel_at_half(done: int, _total: int) -> None:
        if done >= 350_000:
            control.cancel()

    with pytest.raises(Cancelled):
        get(control, cancel_at_half)
    assert not (folder / "file.pth").exists()
    assert get().read_bytes() == CONTENT
    start = int(server.requests[1]["range"].removeprefix("bytes=").removesuffix("-"))
    assert 350_000 <= start < len(CONTENT)


def test_a_file_that_has_changed_since_is_downloaded_again(get: Fetch, server: Server) -> None:
    server.ways = [Way(stop_after=300_000, etag='"old"', content=b"x" * len(CONTENT))]
    assert get().read_bytes() == CONTENT
    assert server.requests[1]["if-range"] == '"old"'


@pytest.mark.parametrize("etag", ['W/"weak"', None])
def test_without_a_strong_validator_it_is_downloaded_again(
    get: Fetch, server: Server, etag: str | None
) -> None:
    server.ways = [Way(stop_after=300_000, etag=etag)]
    assert get().read_bytes() == CONTENT
    assert "range" not in server.requests[1]


def test_a_server_that_ignores_range_sends_all_again(get: Fetch, server: Server) -> None:
    server.ways = [Way(stop_after=300_000), Way(ignore_range=True)]
    assert get().read_bytes() == CONTENT
    assert server.requests[1]["range"] == "bytes=300000-"


def test_a_server_that_can_not_resume_is_asked_for_all(get: Fetch, server: Server) -> None:
    server.ways = [Way(stop_after=300_000), Way(416, content=b"")]
    assert get().read_bytes() == CONTENT
    assert "range" not in server.requests[2]


def test_a_server_error_is_retried(get: Fetch, server: Server) -> None:
    server.ways = [Way(500), Way(503)]
    assert get().read_bytes() == CONTENT
    assert len(server.requests) == 3


def test_repeated_server_errors_end_the_download(get: Fetch, server: Server) -> None:
    server.ways = [Way(500)] * 9
    with pytest.raises(FetchError, match=r"from 127\.0\.0\.1: it is not available now \(status 500"):
        get()
    assert len(server.requests) == 1 + len(NO_PAUSES)


def test_a_file_that_always_stops_early_fails_and_is_kept(get: Fetch, server: Server, folder: Path) -> None:
    server.ways = [Way(stop_after=300_000), *[Way(stop_after=0)] * 9]
    with pytest.raises(FetchError, match=r"it stopped after 0\.3 of 0\.7 MB"):
        get()
    assert names(folder) == [".file.pth.part", ".file.pth.part.json"]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Way(404), "no longer at"),
        (Way(403), r"refuses to send file\.pth \(status 403\)"),
        (Way(407), "a name and a password"),
        (Way(content=b"<html>log in</html>", content_type="text/html; charset=utf-8"), "log in first"),
        (Way(content=CONTENT * 3), "another file than file.pth: it has 2 MB instead of about 1"),
        (Way(302, location="ftp://127.0.0.1/x"), "an address that is not secure"),
    ],
)
def test_permanent_errors_are_reported_at_once(
    get: Fetch, server: Server, folder: Path, way: Way, words: str
) -> None:
    server.ways = [way]
    with pytest.raises(FetchError, match=words):
        get()
    assert len(server.requests) == 1
    assert not (folder / "file.pth").exists()


def test_another_file_is_deleted(get: Fetch, server: Server, folder: Path) -> None:
    server.ways = [Way(content=b"x" * len(CONTENT))]
    with pytest.raises(FetchError, match="sent another file"):
        get()
    assert names(folder) == []


def test_mixed_parts_are_downloaded_once_more_without_resuming(get: Fetch, server: Server) -> None:
    # The same name for two versions of the file.
    server.ways = [Way(stop_after=300_000, content=b"x" * len(CONTENT))]
    assert get().read_bytes() == CONTENT
    assert [request.get("range") for request in server.requests] == [None, "bytes=300000-", None]


def test_a_silent_server_is_retried(get: Fetch, server: Server) -> None:
    server.ways = [Way(hang_after=200_000)]
    assert get(stall_seconds=0.3).read_bytes() == CONTENT
    assert server.requests[1]["range"] == "bytes=200000-"


def test_a_cancel_does_not_wait_for_a_silent_server(get: Fetch, server: Server) -> None:
    # If the wait for the server were not interrupted, the test's time limit would end this.
    server.ways = [Way(hang_after=200_000)]
    control = RunControl()

    def cancel_soon(done: int, _total: int) -> None:
        if done >= 200_000:
            threading.Timer(0.1, control.cancel).start()

    with pytest.raises(Cancelled):
        get(control, cancel_soon, stall_seconds=250)
    assert not server.released.is_set()


def test_being_offline_is_reported_with_one_sentence(get: Fetch) -> None:
    with pytest.raises(FetchError, match=r"^This computer can't reach nowhere\.invalid. Connect it"):
        get(address="http://nowhere.invalid/file.pth")


def test_a_refused_connection_is_retried_and_reported(get: Fetch) -> None:
    with pytest.raises(FetchError, match="the connection broke"):
        get(address="http://127.0.0.1:9/file.pth")


def test_a_full_disk_is_reported_before_any_request(
    get: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10, 9, 1_000_000))
    with pytest.raises(FetchError, match=r"too full: 101 MB are needed, 1 MB are free\."):
        get()
    assert server.requests == []


def test_the_systems_proxy_is_used(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The loopback server is used as a proxy, for a host that does not exist.
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", server.address.rpartition("/")[0])
    wanted = published(server, address="http://nowhere.invalid/file.pth")
    path = fetch(wanted, folder, control=RunControl(), progress=lambda _done, _total: None)
    assert path.read_bytes() == CONTENT
    assert server.requests[0]["host"] == "nowhere.invalid"


def test_a_read_only_folder_is_reported(get: Fetch, folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(FetchError, match="can't be saved"):
        get()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return an unknown certificate for the loopback address, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed to make a certificate")
    key, found = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    asked += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(found)]
    subprocess.run(asked, check=True, capture_output=True)
    both = tmp_path / "both.pem"
    both.write_text(key.read_text() + found.read_text())
    return both


def fetch_encrypted(certificate: Path, folder: Path, control: RunControl, way: Way) -> Path:
    with serving(CONTENT, certificate) as server:
        server.ways = [way]

        def cancel_soon(done: int, _total: int) -> None:
            if way.hang_after is not None and done >= way.hang_after:
                threading.Timer(0.1, control.cancel).start()

        return fetch(published(server), folder, control=control, progress=cancel_soon, pauses=NO_PAUSES)


def test_a_server_with_an_unknown_certificate_is_refused(
    certificate: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 could not prove its identity"):
        fetch_encrypted(certificate, folder, RunControl(), Way())
    assert names(folder) == []


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system's own store would have to be changed"
)
def test_the_systems_certificates_are_trusted(
    certificate: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    # Where OpenSSL, and so Linux, looks for trusted certificates.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetch_encrypted(certificate, folder, RunControl(), Way(stop_after=9)).read_bytes() == CONTENT
    (folder / "file.pth").unlink()
    with pytest.raises(Cancelled):
        fetch_encrypted(certificate, folder, RunControl(), Way(hang_after=200_000))


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system's own store would have to be changed"
)
@pytest.mark.parametrize("scheme", ["http", "HTTP", "ftp", "file"])
def test_an_encrypted_address_is_never_left_for_one_that_is_not(
    certificate: Path, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    way = Way(302, location=server.address.replace("http", scheme, 1))
    with pytest.raises(FetchError, match=r"not secure|refuses to send"):
        fetch_encrypted(certificate, folder, RunControl(), way)
    assert server.requests == []
    assert names(folder) == []


@pytest.mark.parametrize("claimed", [None, 2 * len(CONTENT) + 1])
def test_of_a_file_that_is_too_large_nothing_is_kept(
    get: Fetch, server: Server, folder: Path, claimed: int | None
) -> None:
    server.ways = [Way(stop_after=300_000), Way(content=CONTENT * 3, claimed_length=claimed, etag='"two"')]
    with pytest.raises(FetchError, match="instead of about"):
        get()
    assert names(folder) == []


def test_of_a_file_without_a_length_nothing_is_kept(get: Fetch, server: Server, folder: Path) -> None:
    server.ways = [Way(content=CONTENT * 3, says_length=False)]
    with pytest.raises(FetchError, match="Nothing was kept"):
        get()
    assert names(folder) == []


def test_one_byte_at_a_time_does_not_go_on_for_ever(get: Fetch, server: Server) -> None:
    server.ways = [Way(stop_after=1)] * 1000
    with pytest.raises(FetchError, match="it stopped after"):
        get()
    assert len(server.requests) == 1 + len(NO_PAUSES)


def test_attempts_that_each_bring_something_are_bounded(
    get: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memapp.scoring.fetching.MOST_ATTEMPTS", 5)
    server.ways = [Way(stop_after=70_000)] * 1000
    with pytest.raises(FetchError, match="it stopped after"):
        get()
    assert len(server.requests) == 5


def test_the_whole_hash_counts(get: Fetch) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(FetchError, match="sent another file"):
        get(sha256=digest[:-1] + ("0" if digest[-1] != "0" else "1"))
    assert len(WEIGHTS_SHA256) == 64


@pytest.mark.skipif(os.name == "nt", reason="making links needs a permission there")
def test_a_link_in_the_place_of_the_part_is_not_written_through(
    get: Fetch, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    folder.mkdir()
    (folder / ".file.pth.part").symlink_to(target)
    assert get().read_bytes() == CONTENT
    assert target.read_bytes() == b"precious"


def test_one_byte_now_and_then_does_not_go_on_for_ever(get: Fetch, server: Server) -> None:
    """Of a server that is never silent for long, in one request."""
    server.ways = [Way(seconds_per_byte=0.05)] * 9
    with pytest.raises(FetchError, match="it is too slow"):
        get(stall_seconds=0.4)
    assert len(server.requests) == 1 + len(NO_PAUSES)


def test_a_pause_is_no_slow_server(get: Fetch, server: Server) -> None:
    control = RunControl()
    paused: list[int] = []

    def pause_once(done: int, _total: int) -> None:
        if not paused and done > 0:
            paused.append(done)
            control.pause()
            threading.Timer(0.7, control.resume).start()

    server.ways = [Way(hang_after=None)]
    assert get(control, pause_once, stall_seconds=0.4).read_bytes() == CONTENT
    assert (len(paused), len(server.requests)) == (1, 1)
