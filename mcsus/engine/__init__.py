"""Kernel compiler and block runner: a checked graph in, values out."""
