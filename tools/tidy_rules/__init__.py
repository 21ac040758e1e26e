"""The rules of tools/tidy, one subject a file. Each has `check(tree)`, which yields findings."""
