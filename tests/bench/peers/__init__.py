"""The proxies that are compared. One file each; PEERS is the list."""

from .envoy import Envoy, Fairlead
from .floor import Floor
from .haproxy import HAProxy
from .nginx import Nginx, NginxMap

PEERS = {peer.name: peer for peer in (Floor(), Nginx(), NginxMap(), HAProxy(), Envoy(), Fairlead())}
