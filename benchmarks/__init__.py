"""The figures of the design, measured: `python -m benchmarks [NAME...] [--json]`."""
