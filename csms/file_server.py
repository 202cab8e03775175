"""The FTP server: stations upload their logs and fetch software images, each with an account of its own.

It runs in a thread of the sidecar, because pyftpdlib has a loop of its own. An account sees one folder: its station's
uploads, or the software images, read only.
"""

import logging
import os
import socket
import threading
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from pyftpdlib.authorizers import AuthenticationFailed
from pyftpdlib.filesystems import AbstractedFS, FilesystemError
from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from csms.file_accounts import Account, Accounts, Purpose, account_of
from csms.self_signed import certificate
from data import folders, station_files
from data.database import Database
from data.texts import told
from settings import Address

log = logging.getLogger(__name__)

LARGEST_FILE = 512 << 20  # bytes
MOST_OF_A_STATION = 2 << 30  # bytes
LOOKS_EVERY = 8 << 20  # bytes of an upload
MOST_CONNECTIONS = 256
PASSIVE_PORTS = 100
TURN_S = 0.1  # how long a stop may wait for the loop
MAY = {Purpose.LOGS: "elw", Purpose.IMAGES: "elr"}  # pyftpdlib's letters: enter, list, write, read


class FileServer:
    """Listens from `start` to `close`."""

    def __init__(self, database: Database, data: Path) -> None:
        self._desk = _Desk(database, data)
        self._certificate = certificate(data)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, address: Address) -> Address:
        """Listen; return the address with the real port.

        Raises:
            OSError: the address is taken or not this machine's.
        """
        passive = range(address.port + 1, address.port + 1 + PASSIVE_PORTS) if address.port else None
        facts = {"authorizer": self._desk, "certfile": str(self._certificate), "passive_ports": passive}
        server = FTPServer((address.host, address.port), type("Session", (Session,), facts), ioloop=IOLoop())
        server.max_cons, server.max_cons_per_ip = MOST_CONNECTIONS, MOST_CONNECTIONS // 8
        self._thread = threading.Thread(target=self._serve, args=(server,), name="file-server", daemon=True)
        self._thread.start()
        return Address(address.host, server.address[1])

    def close(self) -> None:
        """Stop: unfinished transfers are cut, and go on when the stations try again."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _serve(self, server: FTPServer) -> None:
        while not self._stopping.is_set():
            server.ioloop.loop(timeout=TURN_S, blocking=False)
        server.close_all()


class _Desk:
    """Knows who may enter and what they bring; pyftpdlib asks it as its authorizer."""

    def __init__(self, database: Database, data: Path) -> None:
        self._database, self._data, self._accounts = database, data, Accounts(data)

    def validate_authentication(self, user: str, password: str, handler: Any) -> None:
        account = account_of(user)
        if account is None or not self._accounts.is_password(account, password):
            raise AuthenticationFailed("Wrong user or password.")
        if not station_files.is_station(self._database, account.station_id):
            raise AuthenticationFailed("There is no such station.")

    def get_home_dir(self, user: str) -> str:
        purpose, station_id = _account(user)
        if purpose is Purpose.IMAGES:
            return str(folders.of_images(self._data))
        return str(folders.of_station(self._data, station_id))

    def has_perm(self, user: str, letter: str, path: str | None = None) -> bool:
        return letter in self.get_perms(user)

    def get_perms(self, user: str) -> str:
        return MAY[_account(user).purpose]

    def get_msg_login(self, user: str) -> str:
        return "Welcome."

    def get_msg_quit(self, user: str) -> str:
        return "Goodbye."

    def impersonate_user(self, user: str, password: str) -> None:
        """Everything is done as the portal's own account of the system."""

    def terminate_impersonation(self, user: str) -> None:
        """Nothing was begun."""

    def room(self, user: str) -> int:
        """Return how many bytes more a station may store."""
        return MOST_OF_A_STATION - sum(file.stat().st_size for file in Path(self.get_home_dir(user)).iterdir())

    def received(self, user: str, unfinished: Path) -> None:
        """Give an upload its name now that it is whole, and keep that it came."""
        whole = unfinished.rename(unfinished.with_name(unfinished.name.removesuffix(folders.UNFINISHED)))
        station_files.received(self._database, _account(user).station_id, whole.name, whole.stat().st_size)

    def refused(self, user: str, unfinished: Path) -> None:
        """Forget an upload that has no room."""
        unfinished.unlink()
        name = unfinished.name.removesuffix(folders.UNFINISHED)
        station_files.refused(self._database, _account(user).station_id, name, told("there is no room for it"))


class _Folder(AbstractedFS):
    """A folder whose files are written under another name until they are whole."""

    def open(self, filename: str, mode: str) -> Any:
        if mode == "rb":
            return super().open(filename, mode)
        if Path(filename).parent != Path(self.root):
            raise FilesystemError("Not a file of the folder.")
        unfinished = filename + folders.UNFINISHED
        for other in list(self.cmd_channel.ioloop.socket_map.values()):
            if isinstance(other, _Transfer) and other.file_obj and other.file_obj.name == unfinished:
                other.cut()  # of the station's connection before, which it has given up
        return super().open(unfinished, mode)

    def listdir(self, path: str) -> list[str]:
        return [name for name in super().listdir(path) if not name.endswith(folders.UNFINISHED)]

    def isfile(self, path: str) -> bool:
        return bool(super().isfile(path)) or Path(path + folders.UNFINISHED).is_file()

    def getsize(self, path: str) -> int:
        """Return what there is of a file, so that an upload can go on where it was cut."""
        unfinished = Path(path + folders.UNFINISHED)
        return int(unfinished.stat().st_size if unfinished.exists() else super().getsize(path))


class _Transfer(TLS_DTPHandler):
    """A transfer that knows when it was cut, and ends when an upload is larger than there is room for."""

    _resp: Any  # what pyftpdlib answers at the end
    largest = 0  # bytes
    looks_again_at = 0  # bytes: others of the station's uploads take room meanwhile
    is_cut = False

    def handle_read_event(self) -> None:
        try:
            self.socket.recv(1, socket.MSG_PEEK)  # pyftpdlib takes a broken connection for the end of the file
        except (ConnectionError, SSL.SysCallError):
            self.is_cut = True
        except (BlockingIOError, SSL.Error):
            pass  # nothing yet, or what pyftpdlib itself deals with
        super().handle_read_event()
        if not self.receive or self._closed:
            return
        desk, user = self.cmd_channel.authorizer, self.cmd_channel.username
        if self.tot_bytes_received >= self.looks_again_at:
            self.looks_again_at = self.tot_bytes_received + LOOKS_EVERY
            self.largest = min(LARGEST_FILE, self.tot_bytes_received + desk.room(user))
        if self.tot_bytes_received > self.largest:
            self.cmd_channel.is_too_large = True
            self._resp = ("552 There is no room for a file of this size.", log.info)
            self.close()

    def handle_close(self) -> None:
        if self._is_station_gone():
            self.cut("")
        elif self.is_cut:
            self.cut()
        else:
            super().handle_close()

    def cut(self, answer: str = "426 The connection broke; the upload can go on.") -> None:
        """End without the file's end; nobody is told who is gone."""
        self.is_cut = True
        self._resp = (answer, log.info) if answer else ()
        self.close()

    def _is_station_gone(self) -> bool:
        """Tell whether the control connection ended too: a killed program ends both, in the middle of a file."""
        # Below TLS, whose state a look would change.
        with socket.socket(fileno=os.dup(self.cmd_channel.socket.fileno())) as line:
            try:
                return not line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError:
                return True

    def close(self) -> None:
        if self.is_cut or self.cmd_channel.is_too_large:
            self.transfer_finished = False
        super().close()


class Session(TLS_FTPHandler):
    """A station's connection."""

    abstracted_fs = _Folder
    dtp_handler = _Transfer
    banner = "Charge Portal"
    is_too_large = False

    def on_file_received(self, file: str) -> None:
        self.authorizer.received(self.username, Path(file))

    def on_incomplete_file_received(self, file: str) -> None:
        if self.is_too_large:
            self.is_too_large = False
            self.authorizer.refused(self.username, Path(file))


def _account(user: str) -> Account:
    account = account_of(user)
    assert account, "pyftpdlib asks after log-in only"
    return account
