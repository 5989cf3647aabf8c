import io
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

from todo.cli import main
from todo.item import Item
from todo.store import load, save
from todo.view import listing


class TodoTest(unittest.TestCase):
    def test_listing(self):
        items = [Item("buy tea", True), Item("call Bob")]
        self.assertEqual(listing(items), ["1 [x] buy tea", "2 [ ] call Bob"])

    def test_items_are_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "todo.json"
            save(path, [Item("buy tea", True)])
            self.assertEqual(load(path), [Item("buy tea", True)])

    def test_a_file_of_last_year_loads(self):
        items = load(Path(__file__).parent / "before.json")
        self.assertEqual(items, [Item("buy tea", True)])

    def test_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            file = ["--file", f"{folder}/todo.json"]
            main([*file, "add", "buy tea"])
            main([*file, "add", "call Bob"])
            main([*file, "done", "2"])
            with redirect_stdout(io.StringIO()) as printed:
                main([*file, "list"])
        self.assertEqual(printed.getvalue(), "1 [ ] buy tea\n2 [x] call Bob\n")

    def test_priorities(self):
        with tempfile.TemporaryDirectory() as folder:
            file = ["--file", f"{folder}/todo.json"]
            main([*file, "add", "buy tea", "--priority", "low"])
            main([*file, "add", "pay the rent", "--priority", "high"])
            with redirect_stdout(io.StringIO()) as printed:
                main([*file, "list"])
        self.assertEqual(printed.getvalue(), "2 [ ] ! pay the rent\n1 [ ] buy tea\n")
