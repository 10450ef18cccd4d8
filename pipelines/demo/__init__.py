"""The example workspace: a fictional broadband company, its people, and raw exports as real systems write them."""

from pipelines.demo.example import ExampleReport, make_example

__all__ = ["ExampleReport", "make_example"]
