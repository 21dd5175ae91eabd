"""The demo's application: a small JSON service on any free port of 127.0.0.1."""

import http.server
import json
import sys


class Reviews(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one segment
    name = sys.argv[1]

    def do_GET(self):
        body = json.dumps({"path": self.path, "reviews": ["good", "better"], "by": self.name})
        self.send_response(200)
        self.send_header("x-backend", self.name)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reviews)
    server.daemon_threads = True
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
