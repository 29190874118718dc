"""Demo contests with plainly invented names, presets, and simulated judges."""
