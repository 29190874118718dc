"""Put the built front end into the wheel; an editable install does without."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface):
    """Carry `frontend/dist` as `contest/web`, so that nothing needs Node where the wheel is installed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the pages, or say what is missing."""
        if version == "editable" or self.target_name != "wheel":
            return
        dist = Path(self.root, "frontend", "dist")
        if not (dist / "judge.html").is_file():
            message = "The front end is not built; run `jiangsai build` first (`make wheel` does both)."
            raise FileNotFoundError(message)
        build_data["force_include"][str(dist)] = "contest/web"
