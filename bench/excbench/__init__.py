"""Measures the forwarder side by side with testpmd."""
