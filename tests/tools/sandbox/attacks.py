"""All attacks of the laboratory, by what they are made on."""

from tests.tools.sandbox.attacks_on_files import ON_FILES
from tests.tools.sandbox.attacks_on_git import ON_GIT
from tests.tools.sandbox.attacks_on_network import ON_NETWORK
from tests.tools.sandbox.attacks_on_processes import ON_PROCESSES
from tests.tools.sandbox.attacks_on_secrets import ON_SECRETS
from tests.tools.sandbox.attacks_on_system import ON_SYSTEM

GROUPS = {
    "files": ON_FILES,
    "git": ON_GIT,
    "secrets": ON_SECRETS,
    "network": ON_NETWORK,
    "processes": ON_PROCESSES,
    "system": ON_SYSTEM,
}
ATTACKS = tuple(attack for group in GROUPS.values() for attack in group)
