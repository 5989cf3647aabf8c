"""How models are spoken to: prompts from templates, calls, grammars, and answers read back."""

from inhouse_models.formats.family import Family, FormName, choose_form, detect_family
from inhouse_models.formats.grammar import Constraint, ThinkingMode, build_constraint
from inhouse_models.formats.parser import AnswerParser, AnswerPart, SpecialTokens
from inhouse_models.formats.pieces import Piece, split_literals
from inhouse_models.formats.prompt import (
    Draft,
    Prompt,
    TemplateFault,
    build_prompt,
    draft_prompt,
)

__all__ = [
    "AnswerParser",
    "AnswerPart",
    "Constraint",
    "Draft",
    "Family",
    "FormName",
    "Piece",
    "Prompt",
    "SpecialTokens",
    "TemplateFault",
    "ThinkingMode",
    "build_constraint",
    "build_prompt",
    "choose_form",
    "detect_family",
    "draft_prompt",
    "split_literals",
]
