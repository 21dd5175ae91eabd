"""A name server, an upstream and a proxy with a STRICT_DNS cluster, in a network of their own.

Run by dns_cases.py inside `unshare --user --map-root-user --net --mount`, where port 53 and
/etc/resolv.conf are ours. Ends with status 0 when the cluster followed the answers as it should.
"""

import fcntl
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "integration")]

from static_config import StaticProxy, cluster, routes, to, virtual_host
from support.processes import Processes, wait_until
from support.upstream import Upstream

NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def make_network():
    """The loopback interface up, and 127.0.0.1 as the name server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sh14x", b"lo", IFF_UP)
        fcntl.ioctl(control, SIOCSIFFLAGS, flags)
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as conf:
        conf.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", conf.name, "/etc/resolv.conf"], check=True)
    pathlib.Path(conf.name).unlink()


class NameServer:
    """Answers every question for an address with `code` and `address` (None: no record)."""

    def __init__(self):
        self.code, self.address, self.asked = NOERROR, None, 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            question, client = self._socket.recvfrom(4096)
            self._socket.sendto(self._reply(question), client)
            self.asked += 1

    def _reply(self, question):
        end = 12
        while question[end]:
            end += question[end] + 1
        end += 5  # the root label, type and class
        kind = struct.unpack(">H", question[end - 4 : end - 2])[0]
        has_record = self.code == NOERROR and self.address is not None and kind == 1
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | self.code, 1, int(has_record), 0, 0)
        record = b""
        if has_record:
            record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4) + socket.inet_aton(self.address)
        return head + question[12:end] + record


def run(processes):
    server, upstream = NameServer(), Upstream("a").__enter__()
    server.address = "127.0.0.1"
    fields = {"type": "STRICT_DNS", "host": "service.test", "dns_lookup_family": "V4_ONLY"}
    fast = {"base_interval": "0.05s", "max_interval": "0.05s"}
    rates = {"dns_refresh_rate": "0.05s", "dns_failure_refresh_rate": fast}
    named = cluster("named", upstream.port, **fields, **rates)
    config = routes(virtual_host("all", to("named")))
    proxy = StaticProxy.start(processes, config, [named])

    def becomes(status, code, address):
        server.code, server.address = code, address
        wait_until(lambda: proxy.get().status == status, f"{status} after {code} {address}", 10)

    def stays(status, code, address):
        server.code, server.address = code, address
        asked = server.asked
        wait_until(lambda: server.asked >= asked + 4, "the name is asked for again", 20)
        assert proxy.get().status == status, f"not {status} after {code} {address}"

    becomes(200, NOERROR, "127.0.0.1")
    stays(200, SERVFAIL, None)
    becomes(503, NOERROR, None)
    stays(503, SERVFAIL, None)
    becomes(200, NOERROR, "127.0.0.1")
    becomes(503, NXDOMAIN, None)
    becomes(200, NOERROR, "127.0.0.1")
    upstream.stop()


if __name__ == "__main__":
    make_network()
    with Processes("dns") as group:
        run(group)
