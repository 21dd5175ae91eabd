"""Sends exact bytes to a port and tells everything that came back, and how the connection ended.

exchange = http_client.send(port, b"GET / HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n")
exchange.responses[0].status, exchange.end
"""

import dataclasses
import socket
import struct
import time

from . import http1

QUIET_SECONDS = 0.25  # a connection that stays silent this long after its last answer is kept


@dataclasses.dataclass
class Exchange:
    responses: list = dataclasses.field(default_factory=list)  # final ones
    interim: list = dataclasses.field(default_factory=list)  # 1xx
    end: str = "kept"  # kept, closed or reset
    rest: bytes = b""  # bytes that make no whole response
    fault: str = ""  # why `rest` is not a response, when that is known

    @property
    def status(self):
        return self.responses[0].status if self.responses else 0


class Client:
    """One connection. Use `send`, unless bytes must go out between answers."""

    def __init__(self, port, seconds=5):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._seconds = seconds
        self._data = b""
        self.exchange = Exchange()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def write(self, data):
        """False when the peer has closed."""
        try:
            self._socket.sendall(data)
            return True
        except OSError:
            return False

    def reset(self):
        """Leaves without a word: the peer's next read fails."""
        linger = struct.pack("ii", 1, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def end_writing(self):
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def read(self, finals=1, methods=(), interim=0):
        """Reads until there are so many responses in all, the end, or the time limit."""
        deadline = time.monotonic() + self._seconds
        while self.exchange.end == "kept" and not self.exchange.fault:
            self._parse(methods)
            done = len(self.exchange.responses) >= finals and len(self.exchange.interim) >= interim
            if done or not self._receive(deadline):
                break
        self._parse(methods)
        return self.exchange

    def read_some(self):
        """Reads until anything is there, the end, or the time limit."""
        deadline = time.monotonic() + self._seconds
        return bool(self._data) or self._receive(deadline)

    def settle(self, methods=(), seconds=QUIET_SECONDS):
        """Waits whether more comes or the peer closes."""
        deadline = time.monotonic() + seconds
        while self.exchange.end == "kept" and self._receive(deadline):
            self._parse(methods)
        self._parse(methods)
        self.exchange.rest = self._data
        return self.exchange

    def _receive(self, deadline):
        """Takes one read's bytes; False at the time limit or the end."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(1 << 16)
        except socket.timeout:
            return False
        except OSError:
            self.exchange.end = "reset"
            return False
        if not data:
            self.exchange.end = "closed"
            return False
        self._data += data
        return True

    def _parse(self, methods):
        is_ended = self.exchange.end != "kept"
        while self._data and not self.exchange.fault:
            count = len(self.exchange.responses)
            to_head = count < len(methods) and methods[count] == "HEAD"
            try:
                found = http1.parse(self._data, to_head=to_head, is_ended=is_ended)
            except http1.Malformed as malformed:
                self.exchange.fault = str(malformed)
                return
            if found is None:
                return
            message, used = found
            self._data = self._data[used:]
            is_interim = message.status < 200 and message.status != 101
            (self.exchange.interim if is_interim else self.exchange.responses).append(message)


def send(
    port,
    data,
    finals=1,
    methods=(),
    seconds=5,
    half_close=False,
    settle=QUIET_SECONDS,
    awaits_continue=False,
    in_turn=False,
):
    """Sends `data` (bytes, or a list of pieces sent one by one) on a new connection.

    Reads `finals` responses and then waits whether the connection stays. `methods` are the
    requests' methods, needed when one is HEAD. With `in_turn` a piece follows the answer to the one
    before it.
    """
    pieces = [data] if isinstance(data, bytes) else data
    with Client(port, seconds) as client:
        for count, piece in enumerate(pieces):
            if in_turn and count:
                client.read(count, methods)
            if not client.write(piece):
                break
            if awaits_continue and piece is not pieces[-1]:
                client.read(finals=0, interim=1)
        if half_close:
            client.end_writing()
        client.read(finals, methods)
        return client.settle(methods, settle)


def get(port, path="/", host="test", headers=(), seconds=5):
    """The response to one GET on a connection of its own; raises OSError when there is none."""
    lines = [f"GET {path} HTTP/1.1", f"host: {host}", *headers, "connection: close", "", ""]
    exchange = send(port, "\r\n".join(lines).encode("latin-1"), seconds=seconds, settle=0)
    if not exchange.responses:
        raise OSError(f"no response on port {port}: {exchange.fault or exchange.end}")
    return exchange.responses[0]
