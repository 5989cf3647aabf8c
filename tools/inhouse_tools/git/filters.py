"""Files that are stored through a program of the repository, which must not run."""

import os
from collections.abc import Sequence

from inhouse_tools.git.repository import Repository
from inhouse_tools.refusal import Refusal


async def refuse_filtered(repository: Repository, paths: Sequence[str]) -> Refusal | None:
    """Why these paths cannot be stored as they are: a filter would have to change them first.

    Without it git would keep another content than the repository wants (git-lfs, git-crypt).
    """
    if not repository.filters or not paths:
        return None
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answer = await repository.demand("check-attr", "-z", "--stdin", "filter", stdin=names)
    if isinstance(answer, Refusal):
        return answer
    fields = answer.text.split("\0")
    for path, name in zip(fields[::3], fields[2::3], strict=False):
        if name in repository.filters:
            return Refusal(
                f"{path} is stored through the filter {name!r} of this repository, which does not "
                "run while the folder is not trusted (--trust trusts it)."
            )
    return None
