"""A scrape of ten thousand clusters: how long it takes, and that requests do not wait for it."""

import http.client
import threading
import time

from static_config import StaticProxy, bootstrap, cluster, direct, listener, routes, virtual_host
from support import http_client, ports
from support.testcase import ProcessTest

CLUSTERS = 10_000
REQUEST = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


class ScrapeTest(ProcessTest):
    def setUp(self):
        super().setUp()
        self.port = ports.free()
        config = routes(virtual_host("all", direct("/", "hi")))
        clusters = [cluster(f"cluster-{i}", 1) for i in range(CLUSTERS)]
        whole = bootstrap([listener(self.port, config)], clusters)
        self.proxy = StaticProxy(self.processes, whole)
        self.proxy.process.wait_for(
            lambda: self.proxy.admin_call("GET", "/ready")[0] == 200, "it is ready"
        )

    def scrape(self, page):
        """(seconds, lines)."""
        admin = http.client.HTTPConnection(self.proxy.admin, timeout=10)
        try:
            begin = time.monotonic()
            admin.request("GET", page)
            response = admin.getresponse()
            body = response.read()
            seconds = time.monotonic() - begin
        finally:
            admin.close()
        self.assertEqual(response.status, 200)
        return seconds, body.count(b"\n")

    def test_a_scrape_takes_under_100_ms(self):
        # The best of some: the machine may be doing other things.
        for page in ("/stats/prometheus", "/stats", "/stats/prometheus?usedonly"):
            best, lines = min(self.scrape(page) for _ in range(7))
            print(f"{page}: {best * 1000:.0f} ms, {lines} lines")
            if "usedonly" not in page:
                self.assertGreater(lines, 30 * CLUSTERS)
            self.assertLess(best, 0.1, page)

    def test_no_request_waits_for_a_scrape(self):
        is_over = threading.Event()
        scrapes = []

        def scrape_all_the_time():
            while not is_over.is_set():
                scrapes.append(self.scrape("/stats/prometheus")[0])

        thread = threading.Thread(target=scrape_all_the_time)
        with http_client.Client(self.port) as client:
            thread.start()
            times = []
            while len(scrapes) < 10:
                begin = time.monotonic()
                client.write(REQUEST)
                client.read(finals=len(times) + 1)
                times.append(time.monotonic() - begin)
            is_over.set()
        thread.join()
        times.sort()
        # A worker that took part in a scrape would be away for as long as that lasts.
        print(f"{len(times)} requests, p99 {times[len(times) * 99 // 100] * 1000:.1f} ms")
        self.assertEqual(client.exchange.responses[-1].status, 200)
        self.assertLess(times[len(times) * 99 // 100], min(scrapes) / 2)
