"""One reader per form of file; each lands the rows as text with their lines."""
