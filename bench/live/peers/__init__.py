"""Programs that do for their viewers what ours does, each as it would be written for it."""
