"""This machine: file locks, atomic file replacement, threads, the clock and progress bars."""
