"""Programs for developers: benchmarks, the fuzzer, generated files, comparison with PyPGx."""
