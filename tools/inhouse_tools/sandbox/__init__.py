"""The kernel's boundary around a command.

`probe` finds the strongest boundary that holds on this machine by running a command in it,
`Sandbox.wrap` puts a command inside, and `Network` says what a command may reach from there.
"""

from inhouse_tools.sandbox.boundary import Kind, Sandbox
from inhouse_tools.sandbox.network import Network
from inhouse_tools.sandbox.probing import probe

__all__ = ["Kind", "Network", "Sandbox", "probe"]
