"""What a row, a word and an error mean. Imports nothing of ours."""
