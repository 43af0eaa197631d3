"""What a list can be narrowed to: one class a kind, with its words, its values and its condition."""
