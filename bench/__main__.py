"""Every benchmark beside its peer or limit: `make bench`, or `python -m bench live.intake` for one.

A benchmark is a module with a `main`, or a package that runs as one; modules without one serve the others. What
follows the names from the first dash on goes to each of them: `python -m bench live.fanout --quick`. Where it says
that a limit was missed, the run ends with 1.
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
    chosen = [
        name.removeprefix("bench.")
        for name in found
        if name not in packages and name not in parts and "__" not in name and _runs(name)
    ]
    return sorted(chosen, key=lambda name: name.endswith(".plot"))  # what draws the figures comes behind them


def _runs(name: str) -> bool:
    """Whether a module below `bench` is a benchmark; it is not loaded for that."""
    below = Path(__file__).parent.joinpath(*name.split(".")[1:])
    return below.is_dir() or "\ndef main(" in below.with_suffix(".py").read_text("utf-8")


def main() -> int:
    given = sys.argv[1:]
    first = next((at for at, each in enumerate(given) if each.startswith("-")), len(given))
    chosen, options = given[:first] or modules(), given[first:]
    missed = 0
    for name in chosen:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        sys.argv = [name, *options]
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "__path__"):
            module = importlib.import_module(f"bench.{name}.__main__")
        missed |= module.main() or 0
    return missed


if __name__ == "__main__":
    sys.exit(main())
