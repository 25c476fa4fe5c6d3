"""The way of a study: intake, selection, pipeline, results, destinations, reading, ledger."""
