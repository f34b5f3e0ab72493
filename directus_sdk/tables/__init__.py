"""Tables as files: how items become the rows of a file, and rows become items again."""
