"""What a scenario asks of a proxy, and what a proxy must be able to tell."""

import dataclasses
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Plan:
    """A configuration in no proxy's language: listen on `port`, send to the backend.

    Routes go to the cluster "backend" or to one of `clusters`; all of them lead to the same
    backend process.
    """

    port: int
    backend_port: int
    catch_all: bool = (
        False  # every request goes to the backend; otherwise what matches nothing gets 404
    )
    hosts: tuple = ()  # (host, cluster): requests for this host under /svc/
    prefixes: tuple = ()  # (prefix, cluster): requests for bench.test under this prefix
    clusters: tuple = ()  # names of clusters beside "backend"
    reloadable: bool = False  # routes will change while it runs

    def with_host(self, host):
        return dataclasses.replace(self, hosts=self.hosts + ((host, "backend"),))


class Peer:
    name = ""
    is_anchor = False  # a yardstick, not a proxy to be compared with
    scenarios = None  # the names it takes part in; None: all

    def program(self):
        """The path of the program; raises paths.Missing."""
        raise NotImplementedError

    def version_command(self):
        return None

    def version(self):
        command = self.version_command()
        if not command:
            return ""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return next((line.strip() for line in lines if line.strip()), "")

    def takes(self, scenario):
        return self.scenarios is None or scenario in self.scenarios

    def configure(self, plan, folder):
        """Writes what it reads at start into `folder`."""

    def command(self, plan, folder):
        """Runs in the foreground with one worker."""
        raise NotImplementedError

    def prepare_reload(self, plan, folder):
        """Writes what reload() needs; the running process does not look at it yet."""
        self.configure(plan, folder)

    def reload(self, folder, process):
        """Makes a running process follow what was prepared; returns when that is asked for."""
        raise NotImplementedError


def write(folder, name, text):
    """Writes beside and renames, so that a reader or watcher sees one change."""
    scratch = folder / f".{name}.new"
    scratch.write_text(text)
    os.rename(scratch, folder / name)
