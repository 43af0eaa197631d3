"""Measurements: what Samovar does in a second, and what PostgreSQL alone does in the same run."""
