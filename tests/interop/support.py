"""What the interop tests share: programs that are started and stopped, backends, polling.

Every wait polls a condition until a deadline; nothing here sleeps for a fixed time in the hope
that something has happened meanwhile. Every port is chosen by the kernel.
"""

import http.client
import http.server
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

# Longer than anything takes on a loaded machine; reached only by a test that fails.
WAIT_SECONDS = 30
POLL_SECONDS = 0.02

HTTP_OPTIONS_URL = (
    "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
)


def eventually(condition, what, seconds=WAIT_SECONDS):
    """The first true value of condition(); fails with `what` and the last value after `seconds`."""
    deadline = time.monotonic() + seconds
    value = None
    while time.monotonic() < deadline:
        try:
            value = condition()
        except (OSError, http.client.HTTPException) as error:
            value = error
        else:
            if value:
                return value
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"{what}: not within {seconds} s; last: {value!r}")


def free_port():
    """A port that was free a moment ago, for programs that must be told one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(address, method, path, body=None, headers=None):
    """(status, body text) of one HTTP request to "host:port"."""
    connection = http.client.HTTPConnection(address, timeout=WAIT_SECONDS)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def get(address, path="/"):
    return request(address, "GET", path)


class Backend:
    """An HTTP server that answers each GET with its name."""

    def __init__(self, name):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = name.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host, self.port = self.server.server_address
        self.address = f"{self.host}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Program:
    """A child process; its standard error goes to a file that a failing test prints the end of."""

    def __init__(self, name, command, folder, reads_ready_line=False):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if reads_ready_line else log,
                stderr=log,
            )
        self.ready = {}
        if reads_ready_line:
            self.ready = self._read_ready_line()

    def _read_ready_line(self):
        lines = []
        reader = threading.Thread(
            target=lambda: lines.append(self.process.stdout.readline()), daemon=True
        )
        reader.start()
        reader.join(WAIT_SECONDS)
        if not lines or not lines[0]:
            raise AssertionError(f"{self.name} did not say that it is ready:\n{self.tail()}")
        return json.loads(lines[0])

    def tail(self):
        lines = self.log.read_text(errors="replace").splitlines()[-30:]
        return "\n".join(line[:500] for line in lines)

    def check_alive(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"{self.name} ended with {self.process.returncode}:\n{self.tail()}"
            )

    def stop(self):
        """SIGTERM, and SIGKILL if that does not end it; returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return self.process.returncode


def bootstrap(xds_address, variant, node_id):
    """An Envoy bootstrap that takes everything over ADS. variant: "sotw" or "delta"."""
    host, port = xds_address.rsplit(":", 1)
    socket_address = {"address": host, "port_value": int(port)}
    return {
        "node": {"id": node_id, "cluster": "interop"},
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC" if variant == "delta" else "GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "control"}}],
                "set_node_on_first_message_only": True,
            },
            "cds_config": {"ads": {}, "resource_api_version": "V3"},
            "lds_config": {"ads": {}, "resource_api_version": "V3"},
        },
        "static_resources": {
            "clusters": [
                {
                    "name": "control",
                    "type": "STATIC",
                    "connect_timeout": "1s",
                    "typed_extension_protocol_options": {
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                            "@type": HTTP_OPTIONS_URL,
                            "explicit_http_config": {"http2_protocol_options": {}},
                        }
                    },
                    "load_assignment": {
                        "cluster_name": "control",
                        "endpoints": [
                            {
                                "lb_endpoints": [
                                    {"endpoint": {"address": {"socket_address": socket_address}}}
                                ]
                            }
                        ],
                    },
                }
            ]
        },
    }


class Proxy(Program):
    """The real Envoy or fairlead-proxy (they take the same flags), driven over ADS."""

    def __init__(self, name, binary, folder, xds_address, variant):
        folder = pathlib.Path(folder)
        config = folder / f"{name}.json"
        config.write_text(json.dumps(bootstrap(xds_address, variant, name)))
        self.admin_file = folder / f"{name}.admin"
        command = [binary, "-c", config, "--concurrency", "2", "-l", "warning"]
        command += ["--admin-address-path", self.admin_file]
        if pathlib.Path(binary).name == "envoy":
            command += ["--disable-hot-restart"]
        super().__init__(name, command, folder)
        self.admin = eventually(self._admin_address, f"{name} opens its admin port")

    def _admin_address(self):
        self.check_alive()
        return self.admin_file.read_text().strip() if self.admin_file.exists() else None

    def stat(self, name):
        """The value of a counter or gauge of the admin's /stats; 0 when there is none."""
        _, text = get(self.admin, "/stats")
        for line in text.splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return int(value)
        return 0


class Traffic:
    """Requests without a pause on keep-alive connections until stopped; what failed is kept."""

    def __init__(self, address, path="/", connections=2):
        self.address = address
        self.path = path
        self.failures = []
        self.bodies = {}
        self._lock = threading.Lock()
        self._is_stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, daemon=True) for _ in range(connections)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self):
        connection = http.client.HTTPConnection(self.address, timeout=WAIT_SECONDS)
        while not self._is_stopped.is_set():
            try:
                connection.request("GET", self.path)
                response = connection.getresponse()
                body = response.read().decode()
                with self._lock:
                    self.bodies[body] = self.bodies.get(body, 0) + 1
                    if response.status != 200:
                        self.failures.append(f"{response.status} {body}")
            except (OSError, http.client.HTTPException) as error:
                with self._lock:
                    self.failures.append(repr(error))
                connection.close()
        connection.close()

    def count(self, body):
        with self._lock:
            return self.bodies.get(body, 0)

    def stop(self):
        self._is_stopped.set()
        for thread in self._threads:
            thread.join(WAIT_SECONDS)
        return self.failures


class Scratch:
    """A temporary folder and everything started in one test; ended in reverse order."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="fairlead-interop-")
        self.path = pathlib.Path(self.folder.name)
        self.started = []

    def add(self, thing):
        self.started.append(thing)
        return thing

    def logs(self):
        return "\n".join(
            f"--- {p.name}\n{p.tail()}" for p in self.started if isinstance(p, Program)
        )

    def close(self):
        for thing in reversed(self.started):
            thing.stop()
        self.folder.cleanup()
