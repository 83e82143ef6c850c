"""What the slices define, listed so that Django finds it."""

from quizzes.bank.models import Item, ItemBank, ItemDraft, ItemKey, ItemRevision, Option
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Quiz, Response, Section
from quizzes.delivery.written_models import AnswerToMark, WrittenMark
from quizzes.interchange.models import BankExchange, ImportBatch, ImportedItem, ImportUpload

__all__ = [
    "AnswerToMark",
    "Attempt",
    "BankExchange",
    "Entry",
    "EntryGrant",
    "ImportBatch",
    "ImportUpload",
    "ImportedItem",
    "Item",
    "ItemBank",
    "ItemDraft",
    "ItemKey",
    "ItemRevision",
    "Option",
    "PublishedQuiz",
    "Quiz",
    "Response",
    "Section",
    "WrittenMark",
]
