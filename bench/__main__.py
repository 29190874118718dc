"""Every benchmark beside its peer or limit: `make bench`, or `python -m bench live.intake` for one.

A benchmark is a module with a `main`, or a package that runs as one. Where it says that a limit was missed, the
run ends with 1.
"""

import importlib
import pkgutil
import sys
from pathlib import Path


def modules() -> list[str]:
    """The benchmarks there are, by their names below `bench`."""
    found = [module.name for module in pkgutil.walk_packages([str(Path(__file__).parent)], "bench.")]
    whole = {name.removesuffix(".__main__") for name in found if name.endswith(".__main__")} - {"bench"}
    parts = [name for name in found if name.rpartition(".")[0] in whole]
    packages = {name.rpartition(".")[0] for name in found} - whole
    return [
        name.removeprefix("bench.")
        for name in found
        if name not in packages and name not in parts and "__" not in name
    ]


def main() -> int:
    chosen = sys.argv[1:] or modules()
    missed = 0
    for name in chosen:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        sys.argv = [name]  # a benchmark that takes options reads its own
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "__path__"):
            module = importlib.import_module(f"bench.{name}.__main__")
        missed |= module.main() or 0
    return missed


if __name__ == "__main__":
    sys.exit(main())
