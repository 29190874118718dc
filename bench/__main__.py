"""Every benchmark beside its peer or limit: `make bench`, or `python -m bench live.intake` for one."""

import importlib
import pkgutil
import sys
from pathlib import Path


def modules() -> list[str]:
    """The benchmarks there are, by their names below `bench`."""
    found = pkgutil.walk_packages([str(Path(__file__).parent)], "bench.")
    return [module.name.removeprefix("bench.") for module in found if not module.ispkg and "__" not in module.name]


def main() -> int:
    chosen = sys.argv[1:] or modules()
    for name in chosen:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        sys.argv = [name]  # a benchmark that takes options reads its own
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
