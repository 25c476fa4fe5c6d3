"""The way of one study from its series to its findings and results, each stop a checkpoint."""
