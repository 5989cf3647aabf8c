import io
import unittest

from tables.formats import CommaExporter, MarkdownExporter, NumberedExporter

ROWS = [{"name": "tea", "price": 3}, {"name": "cake", "price": 5}]


class FormatsTest(unittest.TestCase):
    def written(self, exporter, **options):
        stream = io.StringIO()
        exporter.write(stream, ROWS, **options)
        return stream.getvalue()

    def test_comma(self):
        self.assertEqual(self.written(CommaExporter()), "name,price\ntea,3\ncake,5\n")
        self.assertEqual(self.written(CommaExporter(), columns=["price"]), "price\n3\n5\n")

    def test_markdown(self):
        lines = "| name |\n| --- |\n| tea |\n| cake |\n"
        self.assertEqual(self.written(MarkdownExporter(), columns=["name"]), lines)

    def test_numbered(self):
        text = NumberedExporter().text(ROWS, ["name"])
        self.assertEqual(text, "number,name\n1,tea\n2,cake\n")
