"""Nodule-management guidelines: dated tables, and one engine that applies any of them."""
