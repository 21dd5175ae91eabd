"""HAProxy: one thread, hosts and prefixes in map files."""

import signal

from support import paths

from .peer import Peer, write

_HEAD = """\
global
  nbthread 1
  tune.bufsize 32768
  maxconn 10000
  no strict-limits
defaults
  mode http
  no log
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
  http-reuse always
  default-server pool-purge-delay 600s
"""


class HAProxy(Peer):
    name = "haproxy"

    def program(self):
        return paths.system("haproxy")

    def version_command(self):
        return [self.program(), "-v"]

    def command(self, plan, folder):
        return [self.program(), "-W", "-db", "-f", folder / "haproxy.cfg"]

    def configure(self, plan, folder):
        write(folder, "hosts.map", "".join(f"{host} {cluster}\n" for host, cluster in plan.hosts))
        write(
            folder,
            "prefixes.map",
            "".join(f"{prefix} {cluster}\n" for prefix, cluster in plan.prefixes),
        )
        lines = [_HEAD + f"frontend http\n  bind 127.0.0.1:{plan.port} backlog 4096\n"]
        if plan.hosts:
            lines.append(
                f"  use_backend %[req.hdr(host),lower,map_str({folder}/hosts.map,not_found)]"
                " if { path_beg /svc/ }\n"
            )
        if plan.prefixes:
            lines.append(f"  use_backend %[path,map_beg({folder}/prefixes.map,not_found)]\n")
        lines.append(f"  default_backend {'backend' if plan.catch_all else 'not_found'}\n")
        lines.append("backend not_found\n  http-request return status 404\n")
        lines += [
            f"backend {name}\n  server s1 127.0.0.1:{plan.backend_port}\n"
            for name in ("backend",) + plan.clusters
        ]
        write(folder, "haproxy.cfg", "".join(lines))

    def reload(self, folder, process):
        process.send_signal(signal.SIGUSR2)
