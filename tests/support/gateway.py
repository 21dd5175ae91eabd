"""A control plane and its proxies as processes, and the management API as Python calls.

with Processes("hotswap") as processes:
    control = ControlPlane(processes)
    proxy = Proxy(processes, control, "proxy-1")
    revision = control.apply(documents)["revision"]
    control.wait_in_sync(revision, proxies=1)
"""

import http.client
import json
import subprocess
import time

from . import paths
from .processes import Failed, wait_until


class Refused(Exception):
    """The management API refused a call."""

    def __init__(self, status, answer):
        super().__init__(f"{status}: {answer.get('message', answer)}")
        self.status = status
        self.answer = answer


def port_of(address):
    return int(address.rsplit(":", 1)[1])


class ControlPlane:
    def __init__(self, processes, name="control", flags=()):
        self.name = name
        self._connection = None
        processes.before_stop(self.close)
        command = [
            paths.program("fairlead-control"),
            "--data-dir",
            processes.folder / f"{name}-data",
        ]
        for kind in ("xds", "management", "http"):
            command += [f"--{kind}-address", "127.0.0.1:0"]
        self.process = processes.start(name, [*command, *flags])
        ready = self.process.json_line(lambda line: line.get("ready"))
        self.xds, self.management, self.http = ready["xds"], ready["management"], ready["http"]

    def close(self):
        """Ends the kept connection, for which the control plane waits some seconds at its end."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def call(self, method, path, body=None):
        """The JSON answer; raises Refused unless the status is 2xx. Keeps its connection."""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        is_kept = self._connection is not None
        try:
            status, text = self._exchange(method, path, body)
        except (ConnectionError, http.client.RemoteDisconnected):
            if not is_kept:
                raise
            # It had been idle and was closed; every call may be made twice.
            status, text = self._exchange(method, path, body)
        answer = json.loads(text) if text else {}
        if status >= 300:
            raise Refused(status, answer)
        return answer

    def _exchange(self, method, path, body):
        """(status, body) of one request on the kept connection."""
        if self._connection is None:
            port = port_of(self.http)
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            self._connection.request(method, path, body=body)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def apply(self, documents, query=""):
        """Applies YAML text or a list of resources."""
        if not isinstance(documents, str):
            documents = "\n---\n".join(json.dumps(resource) for resource in documents)
        return self.call("POST", f"/v1/apply{query}", documents)

    def put(self, resource):
        """Replaces one resource, given with `kind` and `name`."""
        path = f"/v1/{resource['kind'].lower()}s/{resource['name']}".replace("policys", "policies")
        return self.call("PUT", path, resource)

    def rollback(self, revision):
        return self.call("POST", f"/v1/revisions/{revision}/rollback", "")

    def proxies(self):
        return self.call("GET", "/v1/proxies").get("proxies", [])

    def wait_in_sync(self, revision, proxies, seconds=10):
        """Until so many proxies have acknowledged the revision; the seconds it took."""
        started = time.monotonic()

        def in_sync():
            found = self.proxies()
            for proxy in found:
                for status in proxy.get("types", []):
                    if status.get("lastNack"):
                        raise Failed(f"{proxy['nodeId']} rejected: {status['lastNack']}")
            revisions = [int(proxy.get("revisionAcknowledged", 0)) for proxy in found]
            return sum(acknowledged >= int(revision) for acknowledged in revisions) >= proxies

        wait_until(in_sync, f"{proxies} proxies in sync with revision {revision}", seconds)
        return time.monotonic() - started

    def cli(self, *arguments, text=None):
        """(exit status, stdout, stderr) of the command line against this control plane."""
        command = [paths.program("fairlead"), *map(str, arguments), "--server", self.management]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout, done.stderr


class Proxy:
    """A proxy driven by a control plane; `kind` may be envoy to see another client do it."""

    def __init__(
        self, processes, control, node, kind="fairlead", concurrency=1, more=(), bootstrap_flags=()
    ):
        """`more` are flags of the program, `bootstrap_flags` of `fairlead bootstrap`."""
        self.node = node
        self.bootstrap = bootstrap = processes.folder / f"{node}.yaml"
        status, text, error = control.cli(
            "bootstrap", "--xds-address", control.xds, "--node-id", node, *bootstrap_flags
        )
        if status:
            raise Failed(f"fairlead bootstrap: {error}")
        bootstrap.write_text(text)
        admin = processes.folder / f"{node}.admin"
        flags = ["-c", bootstrap, "--concurrency", concurrency, "--admin-address-path", admin]
        if kind == "envoy":
            command = [paths.envoy(), *flags, "--log-level", "warning", "--disable-hot-restart"]
        else:
            command = [paths.program("fairlead-proxy"), *flags, "--log-level", "info", *more]
        self.process = processes.start(node, command)
        self.admin = self.process.file_text(admin)

    def admin_get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", port_of(self.admin), timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def counter(self, name):
        """A counter of the admin page; 0 when it is not there."""
        for line in self.admin_get("/stats").splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return int(value)
        return 0
