"""What a command may reach over the network: nothing, itself, some hosts, everything."""

from dataclasses import dataclass
from typing import Literal

from inhouse_tools.host_proxy.names import grant

Reach = Literal["none", "loopback", "hosts", "all"]


@dataclass(frozen=True, slots=True)
class Network:
    """A grant for one command. Made by `none`, `loopback`, `hosts` or `all`.

    none: no socket of any family. loopback: sockets, in a network of its own that holds nothing
    but the command. hosts: the same, and a proxy that lets HTTP and HTTPS through to `names`
    ("example.org" is that host and those below it; "localhost:3000" is another port than those of
    the web). all: the network of the machine.
    """

    reach: Reach = "none"
    names: tuple[str, ...] = ()

    @staticmethod
    def none() -> "Network":
        """No network."""
        return Network()

    @staticmethod
    def loopback() -> "Network":
        """Only the command's own loopback."""
        return Network("loopback")

    @staticmethod
    def hosts(names: tuple[str, ...]) -> "Network":
        """These hosts by HTTP and HTTPS; none when no name is one that a host can have."""
        kept = tuple(sorted({name for text in names if (name := grant(text))}))
        return Network("hosts", kept) if kept else Network()

    @staticmethod
    def all() -> "Network":
        """Everything that the person's own programs reach."""
        return Network("all")

    @property
    def label(self) -> str:
        """What it is for a person: "no network", "network: example.org"."""
        match self.reach:
            case "none":
                return "no network"
            case "loopback":
                return "its own loopback only"
            case "hosts":
                return f"network: {', '.join(self.names)}"
            case "all":
                return "the whole network"
