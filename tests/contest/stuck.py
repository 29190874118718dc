"""A job that never ends: `python -m tests.contest.stuck`."""

import time

if __name__ == "__main__":
    time.sleep(600)
