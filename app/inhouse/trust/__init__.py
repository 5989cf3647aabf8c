"""What a folder brings along is obeyed only as far as the person has agreed to it."""

from inhouse.trust.deciding import deny, trust, trust_once
from inhouse.trust.identity import project_folder
from inhouse.trust.standing import agrees_to_git, is_trusted, standing_of

__all__ = [
    "agrees_to_git",
    "deny",
    "is_trusted",
    "project_folder",
    "standing_of",
    "trust",
    "trust_once",
]
