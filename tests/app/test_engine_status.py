"""What `inhouse engine status --verbose` says of what was measured."""

from inhouse.cli.engine import describe_calibration


def test_measured_figures_are_rows_of_a_table() -> None:
    figures = {
        "curve": [0.02 + 0.001 * rows for rows in range(17)],
        "reading_tokens_per_second": 112.53,
        "threads": 3,
        "reading_threads": 4,
        "flash_attention": False,
        "chunk": 128,
    }
    rows = dict(describe_calibration(figures))
    assert rows["threads, writing"] == "3"
    assert rows["threads, reading"] == "4"
    assert rows["flash attention"] == "off"
    assert rows["tokens read at once"] == "at most 128"
    assert rows["tokens read per second"] == "112.5"
    assert rows["tokens written per second"] == "50.0, without drafts"
    assert rows["ms of a batch, by its rows"].startswith("1: 20.0, 4: 23.0")


def test_before_anything_was_measured_it_says_so() -> None:
    (row,) = describe_calibration({})
    assert "nothing yet" in row[1]
