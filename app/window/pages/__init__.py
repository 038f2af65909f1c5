"""The pages of the settings: each shows values, and tells what the user wants; each change says when it holds."""
