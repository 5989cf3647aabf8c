"""The answers that are being written, so that a front end can end one at the next token."""

import contextlib
from collections.abc import Callable, Generator

from inhouse_models.engine.job import Job


class OpenAnswers:
    """Jobs by the session they belong to."""

    def __init__(self) -> None:
        self._jobs: dict[str, list[Job]] = {}

    @contextlib.contextmanager
    def during(self, session: str) -> Generator[Callable[[Job], None]]:
        """Gives a function that notes the job of an answer; it is forgotten at the end."""
        noted: list[Job] = []

        def note(job: Job) -> None:
            noted.append(job)
            self._jobs.setdefault(session, []).append(job)

        try:
            yield note
        finally:
            left = [
                job
                for job in self._jobs.pop(session, [])
                if not any(job is other for other in noted)
            ]
            if left:
                self._jobs[session] = left

    def interrupt(self, session: str) -> int:
        """End the answers of a session at the next token, each with what it has; how many."""
        jobs = self._jobs.get(session, []) if session else []
        for job in jobs:
            job.cancel()
        return len(jobs)
