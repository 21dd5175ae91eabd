"""Free ports on 127.0.0.1, for programs that cannot take port 0 and tell what they got.

They lie below the range from which the kernel gives ports to outgoing connections, so that a busy
test does not take one between the choice and the use.
"""

import os
import random
import socket

FIRST, LAST = 20000, 32000

_chosen = set()
_random = random.Random(os.getpid() ^ random.SystemRandom().getrandbits(32))


def free(count=1):
    """A port nobody listens on, or a list of `count` of them; never one twice in a process."""
    ports = []
    while len(ports) < count:
        port = _random.randrange(FIRST, LAST)
        if port in _chosen:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _chosen.add(port)
        ports.append(port)
    return ports[0] if count == 1 else ports
