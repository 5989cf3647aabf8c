"""Questions are answered in their order, and a new rule answers those behind it."""

import asyncio

from inhouse.live.questions import Questions
from inhouse_agent.kit import Answer, Question
from inhouse_tools.tool import Access


def question(number: str, command: str = "ls") -> Question:
    return Question(number, "bash", "mode ask asks", (Access("run", command),))


async def settled() -> None:
    for _turn in range(3):
        await asyncio.sleep(0)


def test_questions_wait_in_order() -> None:
    async def scene() -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []
        questions = Questions()

        def changed() -> None:
            current = questions.current
            seen.append((current.call_id if current else "", questions.behind))

        questions.changed = changed
        first = asyncio.create_task(questions.ask(question("1")))
        second = asyncio.create_task(questions.ask(question("2")))
        await settled()
        questions.answer(allowed=True, comment="fine")
        questions.answer(allowed=False)
        assert await first == Answer(allowed=True, by="person", comment="fine")
        assert await second == Answer(allowed=False, by="person")
        questions.answer(allowed=True)
        return seen

    assert asyncio.run(scene()) == [("1", 0), ("1", 1), ("", 0), ("", 0)]


def test_a_cancelled_question_is_taken_away() -> None:
    async def scene() -> None:
        questions = Questions()
        first = asyncio.create_task(questions.ask(question("1")))
        second = asyncio.create_task(questions.ask(question("2")))
        await settled()
        first.cancel()
        await settled()
        assert questions.current == question("2")
        assert questions.behind == 0
        questions.answer(allowed=True)
        assert (await second).allowed

    asyncio.run(scene())


def test_a_new_rule_answers_what_it_covers_and_nothing_else() -> None:
    async def scene() -> None:
        questions = Questions()
        asked = [
            asyncio.create_task(questions.ask(question(str(number), command)))
            for number, command in enumerate(["ls", "rm x", "ls"])
        ]
        await settled()
        questions.answer_covered(lambda one: one.accesses[0].target == "ls", "the rule bash(ls)")
        await settled()
        assert asked[0].result() == Answer(allowed=True, by="the rule bash(ls)")
        assert asked[2].result().allowed
        assert questions.current == question("1", "rm x")
        questions.answer(allowed=False)
        assert not (await asked[1]).allowed

    asyncio.run(scene())
