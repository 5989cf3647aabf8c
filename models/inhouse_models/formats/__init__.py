"""How models are spoken to: prompts from templates, calls, grammars, and answers read back."""

from inhouse_models.formats.family import Family, FormName, choose_form, detect_family
from inhouse_models.formats.grammar import Constraint, ThinkingMode, build_constraint
from inhouse_models.formats.hesitation import code_places
from inhouse_models.formats.parser import AnswerParser, AnswerPart, SpecialTokens
from inhouse_models.formats.pieces import Piece, split_literals
from inhouse_models.formats.prompt import Draft, Prompt, TemplateFault, draft_prompt
from inhouse_models.formats.text_parser import TextParser

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
    "TextParser",
    "ThinkingMode",
    "build_constraint",
    "choose_form",
    "code_places",
    "detect_family",
    "draft_prompt",
    "split_literals",
]
