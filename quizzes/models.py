"""What the slices define, listed so that Django finds it."""

from quizzes.bank.models import Item, ItemBank, ItemKey, ItemRevision, Option
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Quiz, Response, Section

__all__ = [
    "Attempt",
    "Entry",
    "EntryGrant",
    "Item",
    "ItemBank",
    "ItemKey",
    "ItemRevision",
    "Option",
    "PublishedQuiz",
    "Quiz",
    "Response",
    "Section",
]
