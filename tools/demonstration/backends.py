"""The demo's backends: nginx with version 1 and version 2 of a shop, and a Python application.

Each names itself in the response header x-backend.
"""

import os
import pathlib
import sys

from support import http_client, paths, ports

_NGINX = """\
daemon off;
{user}worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ text/html html; }}
  server {{
    listen 127.0.0.1:{port};
    root {folder}/pages;
    add_header x-backend {name} always;
    location / {{ try_files $uri /index.html; }}
  }}
}}
"""

_PAGE = """\
<!doctype html>
<title>Shop, version {version}</title>
<h1>Shop</h1>
<p>This is version {version}, served by {name}.</p>
"""


class Backend:
    def __init__(self, name, port, process):
        self.name, self.port, self.process = name, port, process

    def endpoint(self):
        return f"{{address: 127.0.0.1, port: {self.port}}}"


def _wait(backend):
    def answers():
        try:
            return http_client.get(backend.port).status == 200
        except OSError:
            return False

    backend.process.wait_for(answers, "it answers")
    return backend


def start_nginx(processes, name, version):
    folder = processes.folder / name
    pages = folder / "pages"
    pages.mkdir(parents=True)
    (pages / "index.html").write_text(_PAGE.format(version=version, name=name))
    port = ports.free()
    # Its workers would give up root for a user who cannot read a private folder.
    user = "user root;\n" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, name=name, user=user))
    command = [paths.system("nginx"), "-p", folder, "-c", config]
    return _wait(Backend(name, port, processes.start(name, command)))


def start_application(processes, name):
    script = pathlib.Path(__file__).with_name("application.py")
    process = processes.start(name, [sys.executable, "-B", script, name])
    port = process.json_line(lambda line: "port" in line)["port"]
    return _wait(Backend(name, port, process))
