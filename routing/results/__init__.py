"""From one `Findings` value to the objects a hospital receives."""
