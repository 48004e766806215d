"""The server that opens a built site: right types on every system, and nothing from outside its folder."""

import http.client
import socket
import threading
from contextlib import contextmanager

import pytest

from set_up import open_here


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside") / "site"
    (folder / "lab").mkdir(parents=True)
    (folder.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (folder.parent / "site_too.txt").write_text("secret", encoding="utf-8")
    (folder / "index.html").write_text("<p>door</p>", encoding="utf-8")
    (folder / "lab" / "index.html").write_text("<p>lab</p>", encoding="utf-8")
    for name in ("a.wasm", "b.mjs", "c.js", "d.json", "e.unknown", "f.tar.zst", "g.svg", "h.py"):
        (folder / name).write_bytes(b"x")
    with running(open_here.server(folder)) as port:
        yield port


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest("GET", path, skip_host=True)  # the path as it is, not tidied up
        connection.putheader("Host", "127.0.0.1")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.wasm", "application/wasm"),
        ("b.mjs", "text/javascript; charset=utf-8"),
        ("c.js", "text/javascript; charset=utf-8"),
        ("d.json", "application/json"),
        ("e.unknown", "application/octet-stream"),
        ("f.tar.zst", "application/zstd"),
        ("g.svg", "image/svg+xml"),
        ("h.py", "text/x-python; charset=utf-8"),
    ],
)
def test_each_file_has_the_type_that_browsers_want_whatever_the_system_says(site, monkeypatch, name, kind):
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: ("text/plain", None))  # as a registry of Windows may
    status, headers, content = get(site, f"/{name}")
    assert (status, headers["content-type"], content) == (200, kind, b"x")
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/lab/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/lab/..\\..\\secret.txt",
        "//../secret.txt",
        "/../site_too.txt",
        "/C:/secret.txt",
        "/%00",
        "/lab/%ff",
        "/nothing.html",
    ],
)
def test_nothing_outside_the_folder_is_handed_out(site, path):
    status, _, content = get(site, path)
    assert status in (400, 404)
    assert b"secret" not in content or b"Error" in content
    assert content != b"secret"


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    try:
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    except OSError:
        pytest.skip("no links here")
    with running(open_here.server(folder)) as port:
        assert get(port, "/link.txt")[0] == 404


def test_a_folder_is_its_page_and_no_list_of_files(site, tmp_path):
    assert get(site, "/?path=x")[2] == b"<p>door</p>"
    assert get(site, "/lab")[0] == 301
    with running(open_here.server(tmp_path)) as port:
        assert get(port, "/")[0] == 404


def test_it_answers_this_machine_alone(tmp_path):
    with running(open_here.server(tmp_path)):
        pass
    server = open_here.server(tmp_path)
    assert server.server_address[0] == "127.0.0.1"
    server.server_close()


def test_where_its_port_is_taken_it_says_what_that_means(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(open_here.Server, "serve_forever", lambda self: None)
    with socket.create_server(("127.0.0.1", 0)) as other:
        other_port = other.getsockname()[1]
        open_here.serve(tmp_path, other_port, browser=False)
    said = capsys.readouterr().out
    assert f"Port {other_port} is taken" in said
    assert "is not seen here" in said
