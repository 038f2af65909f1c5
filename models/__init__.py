"""The runtimes behind the core's ports: one module or package each, unknown to one another."""
