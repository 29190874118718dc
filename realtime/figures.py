"""What the live part counts, for Prometheus."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from realtime.rooms import Published

_FAST = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class LiveFigures:
    """The figures of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.viewers = Gauge("jiangsai_viewers", "Sockets that watch a board.", ["audience"], registry=registry)
        self.seats = Gauge("jiangsai_seats", "Tablets that are connected to their seat.", registry=registry)
        self.marks = Counter("jiangsai_marks", "Marks that were answered.", ["verdict"], registry=registry)
        self.acknowledging = Histogram(
            "jiangsai_acknowledge_seconds",
            "Time from a message with marks to its receipts.",
            registry=registry,
            buckets=_FAST,
        )
        self.lag = Histogram(
            "jiangsai_board_lag_seconds",
            "Time from a stored fact to its boards being written.",
            registry=registry,
            buckets=_FAST,
        )
        self.recomputing = Histogram(
            "jiangsai_recompute_seconds", "Time to compute one event's standing.", registry=registry, buckets=_FAST
        )
        self.frames = Counter("jiangsai_board_frames", "Frames to boards.", ["outcome"], registry=registry)
        self.refused = Counter("jiangsai_live_refused", "Messages that were refused.", ["code"], registry=registry)
        self.faults = Counter("jiangsai_live_faults", "Faults of the live part's own work.", registry=registry)

    def published(self, published: Published, newest: str) -> None:
        """Note a round of writing; `newest` is the time of the newest fact it shows."""
        self.frames.labels("written").inc(published.written)
        self.frames.labels("skipped").inc(published.skipped)
        if newest:
            age = datetime.now(UTC) - datetime.fromisoformat(newest)
            self.lag.observe(max(0.0, age.total_seconds()))
