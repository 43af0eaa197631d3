"""Tools of the developers; run them by their names in this folder, not by import."""
