"""The one durable truth: studies, instances, findings, deliveries, reading items, ledger, audit."""
