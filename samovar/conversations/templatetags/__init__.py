"""Tags of conversations."""
