"""Code shared by tests: builders of files and calls, equivalent rows, and a catalogue of faults."""
