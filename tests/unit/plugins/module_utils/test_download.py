# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import http.server
import threading

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import download
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """Plays a server that may break off: one entry of ``cuts`` a request, the bytes after which it does."""

    def __init__(self):
        self.cuts, self.ranges, self.resumes, self.status, self.content = [], [], True, 200, CONTENT
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_arguments):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/dpdk.tar.xz"

    def answer(self, request):
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        if self.status != 200:
            request.send_error(self.status)
            return
        begin = int(wanted[6:-1]) if wanted and self.resumes else 0
        if begin >= len(self.content):
            request.send_error(416)
            return
        request.send_response(206 if begin else 200)
        request.send_header("Content-Length", str(len(self.content) - begin))
        request.end_headers()
        cut = self.cuts.pop(0) if self.cuts else None
        request.wfile.write(self.content[begin:] if cut is None else self.content[begin : begin + cut])
        request.wfile.flush()
        request.connection.close() if cut is not None else None


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download.time, "sleep", lambda _seconds: None)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    found = Server()
    yield found
    found.http.shutdown()
    found.http.server_close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "kept" / "dpdk.tar"


def fetch(server, target, wanted=SHA256, url=None):
    return download.fetch(url or server.url, wanted, str(target))


def test_fetched_once(server, target):
    assert fetch(server, target) is True
    assert target.read_bytes() == CONTENT and fetch(server, target) is False and len(server.ranges) == 1


def test_a_digest_that_is_wrong_by_one_digit(server, target):
    wrong = ("0" if SHA256[0] != "0" else "1") + SHA256[1:]
    with pytest.raises(ExceptionPathError) as caught:
        fetch(server, target, wrong)
    assert str(caught.value).startswith(
        f"{server.url} is refused: its SHA-256 is {SHA256} ({len(CONTENT)} bytes), and {wrong} was asked for. Nothing was unpacked. "
    )
    assert not target.exists() and not (target.parent / "dpdk.tar.part").exists()


def test_a_damaged_file_is_fetched_again(server, target):
    fetch(server, target)
    target.write_bytes(b"damaged")
    assert fetch(server, target) is True and target.read_bytes() == CONTENT


def test_a_broken_connection_goes_on_where_it_was(server, target):
    server.cuts = [1000, 5000]
    fetch(server, target)
    assert target.read_bytes() == CONTENT and server.ranges == [None, "bytes=1000-", "bytes=6000-"]


def test_a_server_that_can_not_resume(server, target):
    server.cuts, server.resumes = [1000], False
    fetch(server, target)
    assert target.read_bytes() == CONTENT and server.ranges == [None, "bytes=1000-"]


def test_always_broken_is_refused_and_the_next_run_goes_on(server, target):
    server.cuts = [1000] * 4
    with pytest.raises(ExceptionPathError, match="can not be fetched after 4 attempts: .*4000 bytes are kept, the next run goes on from there"):
        fetch(server, target)
    assert not target.exists()
    fetch(server, target)
    assert target.read_bytes() == CONTENT and server.ranges[-1] == "bytes=4000-"


def test_a_truncated_file_on_the_server_is_refused(server, target):
    server.content = CONTENT[:-1]
    with pytest.raises(ExceptionPathError, match=f"is refused: its SHA-256 is [0-9a-f]{{64}} .{len(CONTENT) - 1} bytes., and {SHA256} was asked for"):
        fetch(server, target)


def test_what_was_begun_of_another_file_is_begun_anew(server, target):
    target.parent.mkdir()
    (target.parent / "dpdk.tar.part").write_bytes(b"of another file")
    fetch(server, target)
    assert target.read_bytes() == CONTENT and server.ranges == ["bytes=15-", None]


def test_what_was_fetched_whole_before_a_power_cut_is_taken(server, target):
    target.parent.mkdir()
    (target.parent / "dpdk.tar.part").write_bytes(CONTENT)
    fetch(server, target)
    assert target.read_bytes() == CONTENT and server.ranges == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize(
    "status, attempts, said", [(404, 1, "the server answers 404 .*: correct the address"), (503, 4, "after 4 attempts: the server answers 503")]
)
def test_what_the_server_refuses(server, target, status, attempts, said):
    server.status = status
    with pytest.raises(ExceptionPathError, match=said):
        fetch(server, target)
    assert len(server.ranges) == attempts


def test_no_server(server, target):
    with pytest.raises(ExceptionPathError, match="can not be fetched after 4 attempts: .*refused"):
        fetch(server, target, url="http://127.0.0.1:9/x")


def test_a_file(server, target, tmp_path):
    (tmp_path / "here").write_bytes(CONTENT)
    fetch(server, target, url=f"file://{tmp_path}/here")
    assert target.read_bytes() == CONTENT
    with pytest.raises(ExceptionPathError, match="none can not be read on the controller: .*: correct the path"):
        fetch(server, tmp_path / "x", url=f"file://{tmp_path}/none")


def test_no_space(server, target, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download, "_once", full)
    with pytest.raises(ExceptionPathError, match="no space left below .*kept for http.*: make room there, and run again"):
        fetch(server, target)


def test_a_folder_that_can_not_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExceptionPathError, match="file can not be written: "):
        fetch(server, tmp_path / "file" / "dpdk.tar")
