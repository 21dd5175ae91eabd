"""An upstream that records the exact bytes it receives and answers as told.

    with Upstream("a") as upstream:
        upstream.answers["slow"] = [HANG]
        ...                       # a request with the header `x-answer: slow` is never answered
        for request in upstream.take(): ...

An answer is a list of steps: bytes are sent, functions called (an event's `wait`, say); CLOSE and
RESET end the connection; HANG waits until the peer ends it. A request without x-answer gets 200
with the header x-upstream and the body `upstream NAME`.
"""

import socket
import struct
import threading

from . import http1

CLOSE, RESET, HANG = "close", "reset", "hang"


class Upstream:
    def __init__(self, name, port=0, answers=None):
        self.name = name
        self.answers = dict(answers or {})
        self._listening = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._received = []
        self._connections = set()
        self.accepted = 0
        self._is_stopping = False

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Refuses new connections and ends the open ones."""
        self.refuse()
        self.close_connections()

    def refuse(self):
        """Refuses new connections; the open ones stay."""
        self._is_stopping = True
        try:
            self._listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listening.close()

    def close_connections(self):
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def take(self):
        """The requests since the last call; start_line begins with `fault:` when it is not one."""
        with self._lock:
            received, self._received = self._received, []
            return received

    def _record(self, message):
        with self._lock:
            self._received.append(message)

    def _accept(self):
        while not self._is_stopping:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
                self.accepted += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        data = b""
        try:
            while data is not None:
                data = self._serve_one(connection, data)
        except OSError:
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _serve_one(self, connection, data):
        """Reads one request and answers it; the bytes after it, or None when the end has come."""
        message, rest = self._read(connection, data)
        if message is None:
            return None
        self._record(message)
        if message.start_line.startswith("fault:"):
            return None
        for step in self._answer(message):
            if isinstance(step, bytes):
                connection.sendall(step)
                continue
            if callable(step):
                step()
                continue
            if step == HANG:
                while connection.recv(1 << 16):
                    pass
            elif step == RESET:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return None
        return rest

    @staticmethod
    def _read(connection, data):
        """(the next request, the bytes after it); (None, b"") at a clean end."""
        while True:
            try:
                found = http1.parse(data, is_response=False)
            except http1.Malformed as malformed:
                return http1.Message(f"fault: {malformed}", [], raw=data), b""
            if found:
                message, used = found
                return message, data[used:]
            more = connection.recv(1 << 16)
            if not more:
                return (http1.Message("fault: incomplete", [], raw=data) if data else None), b""
            data += more

    def _answer(self, message):
        named = message.first("x-answer")
        if named in self.answers:
            return self.answers[named]
        body = f"upstream {self.name}".encode()
        head = f"HTTP/1.1 200 OK\r\nx-upstream: {self.name}\r\ncontent-length: {len(body)}\r\n\r\n"
        return [head.encode() + (b"" if message.method == "HEAD" else body)]
