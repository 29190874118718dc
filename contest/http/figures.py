"""What is counted in one process, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class Figures:
    """The figures of one process; other rooms register their own in `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jiangsai_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "jiangsai_request_seconds", "Time to the end of an answer.", ["method"], registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method).observe(seconds)
