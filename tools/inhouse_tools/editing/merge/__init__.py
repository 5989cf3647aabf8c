"""Fits what a small model wrote of a file into the file that stands, without losing the rest."""

from inhouse_tools.editing.merge.blank_lines import keep_blank_lines
from inhouse_tools.editing.merge.fragment import merge
from inhouse_tools.editing.merge.outside import lost_parts

__all__ = ["keep_blank_lines", "lost_parts", "merge"]
