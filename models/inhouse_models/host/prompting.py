"""Turns a request into token ids, a grammar and a parser, by template and vocabulary."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from inhouse_models.chat import ModelError, Request, ToolSpec
from inhouse_models.engine.fill_tokens import begin_token, split_at_cursor
from inhouse_models.engine.job import Hold
from inhouse_models.engine.picture import Picture, PictureFault
from inhouse_models.engine.thought import ThoughtBudget
from inhouse_models.engine.vision import Vision
from inhouse_models.engine.weights import Weights
from inhouse_models.formats import (
    AnswerParser,
    Draft,
    Piece,
    SpecialTokens,
    TemplateFault,
    TextParser,
    build_constraint,
    choose_form,
    detect_family,
    draft_prompt,
)
from inhouse_models.formats.fill_in_middle import plain_tokeniser
from inhouse_models.host.pictures import PictureBook, all_known
from inhouse_models.host.references import ReferenceStore
from inhouse_models.host.renderer import TemplateFailure, TemplateRenderer
from inhouse_models.host.sources import SourceStore
from inhouse_models.wire import KnownTokens

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXT_ONLY = (
    "This model reads text only here. Remove the image, or get the file that lets the model see,"
    " where there is one: inhouse models pull NAME --projector"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything the engine and the stream need. `fresh` are the prompt's ids after the known,
    `resume` the ids that a lost engine had written of the answer, `references` those of the files
    that it may copy from."""

    request: Request
    prompt: tuple[int, ...]
    fresh: tuple[int, ...]
    resume: tuple[int, ...]
    hold: Hold | None
    parser: AnswerParser | TextParser
    thinking: ThoughtBudget | None = None
    pictures: tuple[Picture, ...] = ()
    references: tuple[tuple[int, ...], ...] = ()


class Prompter:
    """Builds prompts for one model."""

    def __init__(
        self,
        weights: Weights,
        renderer: TemplateRenderer,
        template: str | None = None,
        vision: Vision | None = None,
    ) -> None:
        self._weights = weights
        self._pictures = PictureBook(vision) if vision else None
        self._renderer = renderer
        self._sources = SourceStore()
        self._references = ReferenceStore(weights.tokenise)
        self._template = template or weights.template or CHATML
        self._family = detect_family(self._template)
        vocabulary = weights.vocabulary
        self._literals = vocabulary.special_literals
        self._plain = plain_tokeniser(weights.tokenise, self._literals)
        self._specials = SpecialTokens(
            call_open=vocabulary.find("<tool_call>"),
            call_close=vocabulary.find("</tool_call>"),
            think_open=vocabulary.find("<think>"),
            think_close=vocabulary.find("</think>"),
        )

    async def prepare(
        self, request: Request, known: KnownTokens, resume: tuple[int, ...] = ()
    ) -> Prepared | ModelError:
        """The prompt's ids and how its answer is held and read."""
        if request.raw:
            return await asyncio.to_thread(self._write_on, request, resume)
        pictures = await self._find_pictures(request)
        if isinstance(pictures, PictureFault):
            return ModelError("request", pictures.text)
        sources = self._sources.complete(request.choices.sources)
        if sources is None:
            return ModelError("sources", "The text of a file is not known here; send it along.")
        request = replace(request, choices=replace(request.choices, sources=sources))
        usable = known if known.model == self._weights.fingerprint else KnownTokens()
        if not all_known(usable.ids, pictures.values()):
            # Another projector makes other ids of the same image.
            usable = KnownTokens()
        drafted = await self._draft(request, usable.messages)
        if isinstance(drafted, TemplateFailure) and usable.messages:
            # This template cannot be continued after a known message: render the whole history.
            usable = KnownTokens()
            drafted = await self._draft(request, 0)
        if isinstance(drafted, TemplateFailure):
            return ModelError("template", self._explain(drafted))
        pieces, thinking_open = drafted
        # Megabytes take seconds, in which other answers go on.
        fresh = await asyncio.to_thread(self._tokenise, pieces, pictures)
        if usable.ids and fresh and usable.ids[-1] == fresh[0]:
            # The known ids end with the end of turn that the template writes as well.
            del fresh[0]
        # Looking through large files takes a while, in which other answers go on.
        constraint = await asyncio.to_thread(
            build_constraint,
            choose_form(self._family, request.call_form),
            tools=_callable_tools(request),
            choices=request.choices,
            held=request.held,
            must_call=request.must_call,
            openings=request.openings,
            # A call in words runs nothing, also of a tool that is not allowed now.
            barred=[tool.name for tool in request.tools],
            schema=request.schema,
            thinking=self._thinking(thinking_open, request.think),
            specials=self._literals,
        )
        hold = None
        if constraint is not None:
            trigger = self._weights.vocabulary.find(constraint.trigger or "")
            hold = Hold(constraint.lark, trigger)
        return Prepared(
            request=request,
            prompt=(*usable.ids, *fresh),
            fresh=tuple(fresh),
            resume=resume,
            hold=hold,
            parser=self._parser(request, thinking_open),
            thinking=self._thought_budget(request.think_budget, thinking_open),
            pictures=tuple(pictures.values()),
            references=await asyncio.to_thread(self._references.ids_of, sources),
        )

    def _write_on(self, request: Request, resume: tuple[int, ...]) -> Prepared | ModelError:
        """A text that is written on as it stands. Of special tokens it can spell those of a cursor
        in the middle, once each and in their order."""
        text = "".join(message.text for message in request.messages)
        found = split_at_cursor(text, self._weights)
        ids = begin_token(self._weights)
        for part in found or (text,):
            ids += (part,) if isinstance(part, int) else tuple(self._plain(part))
        if not ids:
            return ModelError("request", "There is no text to go on from.")
        return Prepared(request, ids, ids, resume, hold=None, parser=TextParser())

    async def _find_pictures(self, request: Request) -> Mapping[str, Picture] | PictureFault:
        sources = [image for message in request.messages for image in message.images]
        if self._pictures is None:
            return PictureFault(TEXT_ONLY) if sources else {}
        return await self._pictures.find(sources)

    def _explain(self, failure: TemplateFailure) -> str:
        """Why there is no prompt, and the way around where there is one."""
        text = f"The model's chat template cannot show this: {failure.text.rstrip('.')}."
        if self._template == CHATML:
            return text
        return f"{text} To do without it: inhouse config set template chatml"

    def _thought_budget(self, tokens: int | None, thinking_open: bool) -> ThoughtBudget | None:
        opens, closes = self._specials.think_open, self._specials.think_close
        if tokens is None or opens is None or closes is None:
            return None
        closing = tuple(self._weights.tokenise("\n</think>\n\n", special=True))
        return ThoughtBudget(tokens, opens, closes, closing, thinking_open)

    def _parser(self, request: Request, thinking_open: bool) -> AnswerParser:
        calls = sum(len(message.calls) for message in request.messages)
        return AnswerParser(
            choose_form(self._family, request.call_form),
            self._specials,
            thinking_open=thinking_open,
            tools=request.tools,
            first_call=calls + 1,
        )

    def _thinking(
        self, thinking_open: bool, wished: bool | None
    ) -> Literal["off", "open", "optional"]:
        if thinking_open:
            return "open"
        return "optional" if self._family.thinks and wished is not False else "off"

    async def _draft(
        self, request: Request, covered: int
    ) -> tuple[tuple[Piece, ...], bool] | TemplateFailure:
        draft: Draft = draft_prompt(
            request.messages,
            request.tools,
            family=self._family,
            form=choose_form(self._family, request.call_form),
            think=request.think,
            covered=covered,
            literals=self._literals,
            extra=self._template_extra(),
        )
        text = await self._renderer.render(self._template, draft.variables)
        if isinstance(text, TemplateFailure):
            return text
        prompt = draft.finish(text)
        if isinstance(prompt, TemplateFault):
            return TemplateFailure(prompt.text)
        return prompt.pieces, prompt.thinking_open

    def _template_extra(self) -> Mapping[str, object]:
        vocabulary = self._weights.vocabulary
        end = vocabulary.pieces[vocabulary.end_of_turn].decode("utf-8", "replace")
        return {"bos_token": "", "eos_token": end}

    def _tokenise(self, pieces: tuple[Piece, ...], pictures: Mapping[str, Picture]) -> list[int]:
        ids: list[int] = []
        for piece in pieces:
            if piece.image:
                ids.extend(pictures[piece.image].ids)
                continue
            ids.extend(self._weights.tokenise(piece.text, piece.special))
        return ids


def _callable_tools(request: Request) -> tuple[ToolSpec, ...]:
    """The tools that the grammar lets the model call now."""
    if request.allowed is None:
        return request.tools
    return tuple(tool for tool in request.tools if tool.name in request.allowed)
