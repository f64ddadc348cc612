"""What Prometheus scrapes in `bench/alerts_prometheus.py`: one series per location, 1 from its moment on.

`python -m bench.exporter FIRST A_SECOND COUNT`: FIRST is Unix time; the port is printed.
"""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def series(first: float, a_second: float, *, count: int, now: float) -> str:
    """Return the exposition: how many locations have turned by now follows from the plan alone."""
    turned = int((now - first) * a_second) + 1 if now >= first else 0
    lines = [f'location_non_compliant{{location="L{n:05}"}} {int(n < turned)}' for n in range(count)]
    return "\n".join(["# TYPE location_non_compliant gauge", *lines, ""])


def main(first: float, a_second: float, count: int) -> None:
    """Serve until killed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = series(first, a_second, count=count, now=time.time()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
