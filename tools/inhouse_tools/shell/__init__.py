"""What a shell command would do, as far as that can be told before it runs."""

from inhouse_tools.shell.analysing import analyse
from inhouse_tools.shell.analysis import Analysis, Grade, SimpleCommand
from inhouse_tools.shell.harmless_git import command_of_git
from inhouse_tools.shell.hidden import hidden_characters, spell_hidden
from inhouse_tools.shell.scripts import Script, changed_scripts

__all__ = [
    "Analysis",
    "Grade",
    "Script",
    "SimpleCommand",
    "analyse",
    "changed_scripts",
    "command_of_git",
    "hidden_characters",
    "spell_hidden",
]
