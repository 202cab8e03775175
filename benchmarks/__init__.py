"""The figures the portal is to reach, measured: `make bench`, or `python -m benchmarks --help`."""
