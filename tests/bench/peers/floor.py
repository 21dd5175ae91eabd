"""The lower bound: a forwarder of bytes that knows no HTTP."""

from support import paths

from .peer import Peer


class Floor(Peer):
    name = "floor"
    is_anchor = True
    scenarios = {"h1_1k", "h1_64k", "h1_post16k", "h1_close", "idle_1k", "idle_10k"}

    def program(self):
        return paths.tool("forward")

    def command(self, plan, folder):
        return [self.program(), plan.port, plan.backend_port]
