"""On which loop a test of the live part runs."""

import asyncio

from tests.realtime.clockwork import ClockworkLoop


def pytest_asyncio_loop_factories(config, item):
    """What is marked `clockwork` has a time of its own, everything else that of the machine."""
    own = item.get_closest_marker("clockwork") is not None
    return {"clockwork": ClockworkLoop} if own else {"real": asyncio.new_event_loop}
