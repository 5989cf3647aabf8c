import ast
import unittest
from pathlib import Path

import blog
from blog import slugs, text
from blog.feed import feed
from blog.pages import Page
from redirects import redirects

assert slugs.slugify("Élan vital") == "elan-vital"
assert slugs.slugify("x" * 50) == "x" * 40
assert slugs.slugify.__module__ == "blog.slugs"
assert blog.slugify is slugs.slugify and blog.excerpt is text.excerpt
assert {"excerpt", "slugify"} <= set(blog.__all__)
assert text.excerpt("One two three", 2) == "one two ..."
for gone in ("slugify", "without_accents", "unicodedata", "SLUG_LENGTH"):
    assert not hasattr(text, gone), f"blog.text still has {gone}"
assert text.words("A b") == ["a", "b"] and text.words.__module__ == "blog.text"
defined = {node.name for node in ast.parse(Path("blog/slugs.py").read_text()).body if isinstance(node, ast.FunctionDef)}
assert "words" not in defined, "words is needed by both: there should be only one"

page = Page("Über uns", "We write about tea and cake.")
assert page.address() == "/uber-uns/"
assert page.summary() == "Über uns: we write about tea and ..."
assert feed([page]) == ["#uber-uns we write about ..."]
assert redirects(["Old news "]) == {"/Old_news.html": "/old-news/"}

readme = Path("README.md").read_text()
assert "blog.slugs.slugify" in readme and "blog.text.slugify" not in readme, readme
for kept in ("blog.text.excerpt", "blog.legacy.slugify", "blog.feed.feed"):
    assert kept in readme, kept

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 6, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
