"""nginx, laid out in the two ways its users lay out many hosts: a server each, or a map."""

import signal

from support import paths

from .peer import Peer, write

_MAIN = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 10000; use epoll; multi_accept on; }}
http {{
  access_log off;
  server_tokens off;
  tcp_nodelay on;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_buffers 32 8k;
  proxy_max_temp_file_size 0;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  server_names_hash_max_size 131072;
  server_names_hash_bucket_size 128;
  map_hash_max_size 131072;
  map_hash_bucket_size 128;
{body}}}
"""


def _upstreams(plan):
    def upstream(name, kept):
        return (
            f"  upstream {name} {{ server 127.0.0.1:{plan.backend_port}; keepalive {kept}; "
            "keepalive_requests 100000000; keepalive_timeout 600s; }\n"
        )

    return upstream("backend", 512) + "".join(upstream(name, 4) for name in plan.clusters)


class Nginx(Peer):
    name = "nginx"

    def program(self):
        return paths.system("nginx")

    def version_command(self):
        return [self.program(), "-v"]

    def command(self, plan, folder):
        return [self.program(), "-p", folder, "-c", folder / "nginx.conf"]

    def configure(self, plan, folder):
        write(
            folder,
            "nginx.conf",
            _MAIN.format(folder=folder, body=_upstreams(plan) + self.servers(plan)),
        )

    def servers(self, plan):
        other = "location / { proxy_pass http://backend; }" if plan.catch_all else "return 404;"
        out = [
            f"  server {{ listen 127.0.0.1:{plan.port} default_server backlog=4096; "
            f"server_name _; {other} }}\n"
        ]
        out += [
            f"  server {{ listen 127.0.0.1:{plan.port}; server_name {host}; "
            f"location /svc/ {{ proxy_pass http://{cluster}; }} }}\n"
            for host, cluster in plan.hosts
        ]
        if plan.prefixes:
            locations = "\n".join(
                f"    location {prefix} {{ proxy_pass http://{cluster}; }}"
                for prefix, cluster in plan.prefixes
            )
            out.append(
                f"  server {{ listen 127.0.0.1:{plan.port}; server_name bench.test;\n"
                f"{locations}\n  }}\n"
            )
        return "".join(out)

    def reload(self, folder, process):
        process.send_signal(signal.SIGHUP)


class NginxMap(Nginx):
    """One server and a map from host to upstream, as experts lay out many equal hosts."""

    name = "nginx-map"
    scenarios = {"hosts_10k", "startup_hosts", "startup_clusters", "reload_hosts"}

    def servers(self, plan):
        entries = "\n".join(f"    {host} {cluster};" for host, cluster in plan.hosts)
        return (
            f'  map $host $cluster {{\n    default "";\n{entries}\n  }}\n'
            f"  server {{\n    listen 127.0.0.1:{plan.port} default_server backlog=4096;\n"
            '    location /svc/ {\n      if ($cluster = "") { return 404; }\n'
            "      proxy_pass http://$cluster;\n    }\n    location / { return 404; }\n  }\n"
        )
