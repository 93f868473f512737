"""An HTTP CONNECT proxy that cuts connections, or is down, when told to."""

from __future__ import annotations

import random
import select
import socket
import threading
from contextlib import suppress


class CuttingProxy:
    """Tunnels; after a random number of bytes up to ``cut_after`` it cuts the connection."""

    def __init__(self, cut_after: int | None = None, seed: int = 1) -> None:
        self.cut_after = cut_after
        self.cuts = 0
        self.down = False
        self._chance = random.Random(seed)
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def take_down(self) -> None:
        """Cut everything and refuse newcomers."""
        self.down = True
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def bring_up(self) -> None:
        self.down = False

    def close(self) -> None:
        self.take_down()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, ValueError):
            if self.down:
                return
            request = b""
            while b"\r\n\r\n" not in request:
                request += client.recv(4096)
            host, _, port = request.split()[1].decode().partition(":")
            with socket.create_connection((host, int(port)), 5) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._open |= {client, server}
                try:
                    self._tunnel(client, server)
                finally:
                    self._open -= {client, server}

    def _tunnel(self, client: socket.socket, server: socket.socket) -> None:
        left = self._chance.randrange(self.cut_after) if self.cut_after else None
        while True:
            for source in select.select([client, server], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                if left is not None and len(data) > left:
                    self.cuts += 1
                    (server if source is client else client).sendall(data[:left])
                    return
                left = None if left is None else left - len(data)
                (server if source is client else client).sendall(data)
