"""Policies and queues tried on simulated studies, before they touch patients."""
