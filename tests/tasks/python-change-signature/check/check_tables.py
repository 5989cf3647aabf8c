import io
import os
import unittest
from contextlib import redirect_stdout
from inspect import Parameter, signature
from pathlib import Path

from tables.exporter import Exporter
from tables.formats import CommaExporter, MarkdownExporter, NumberedExporter
from tables.log import Log
from tables.report import write_names, write_report

ROWS = [{"name": "tea", "price": 3}, {"name": "pie", "price": 5}]
for kind in (Exporter, CommaExporter, MarkdownExporter, NumberedExporter):
    parameters = signature(kind.write).parameters
    assert list(parameters) == ["self", "stream", "rows", "columns"], parameters
    assert parameters["columns"].kind is Parameter.KEYWORD_ONLY, kind
    assert parameters["columns"].default is None, kind

for exporter, columns, expected in (
    (CommaExporter(), None, "name,price\ntea,3\npie,5\n"),
    (CommaExporter(), ["price", "name"], "price,name\n3,tea\n5,pie\n"),
    (MarkdownExporter(), ["price"], "| price |\n| --- |\n| 3 |\n| 5 |\n"),
    (NumberedExporter(), None, "number,name,price\n1,tea,3\n2,pie,5\n"),
    (NumberedExporter(), ["name"], "number,name\n1,tea\n2,pie\n"),
):
    stream = io.StringIO()
    exporter.write(stream, ROWS, columns=columns)
    assert stream.getvalue() == expected, stream.getvalue()
    assert exporter.text(ROWS, columns=columns) == expected

log = Log()
for kind, first in (("comma", "name,price"), ("markdown", "| name | price |"), ("numbered", "number,name,price")):
    stream = io.StringIO()
    write_report(kind, ROWS, stream, log)
    assert stream.getvalue().startswith(first + "\n"), stream.getvalue()
assert log.lines == ["report debug: 2 rows"] * 3, log.lines
streams = [io.StringIO(), io.StringIO()]
write_names(ROWS, streams)
assert [stream.getvalue() for stream in streams] == ["name\ntea\npie\n"] * 2

readme = Path("README.md").read_text()
example = "\n".join(line[4:] for line in readme.splitlines() if line.startswith("    "))
with redirect_stdout(io.StringIO()) as printed:
    exec(compile(example, "README.md", "exec"), {})
assert printed.getvalue() == "name\ntea\n", printed.getvalue()
assert 'log.write("done", "info")' in readme, readme

before = (Path(os.environ["ORIGINAL"]) / "CHANGELOG.md").read_text().splitlines()
after = Path("CHANGELOG.md").read_text().splitlines()
assert [line for line in after if line in before and line] == [line for line in before if line], after
section = after[after.index("## Unreleased") : after.index("## 1.1")]
new = "\n".join(line for line in section if line not in before)
assert "write" in new or "stream" in new, section

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 5, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
