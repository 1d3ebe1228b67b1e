"""Data sets: toy shapes on a plane, and two classic tables."""

from nn.datasets.tables import Dataset, load_digits, load_iris
from nn.datasets.toys import make_blobs, make_circles, make_moons, make_spirals, make_xor

__all__ = ["Dataset", "load_digits", "load_iris", "make_blobs", "make_circles", "make_moons", "make_spirals", "make_xor"]
