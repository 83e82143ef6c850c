"""What the slices define, listed so that Django finds it."""

from quizzes.bank.admin import ItemAdmin, ItemBankAdmin, ItemRevisionAdmin
from quizzes.delivery.admin import AttemptAdmin, EntryAdmin, PublishedQuizAdmin, QuizAdmin
from quizzes.delivery.admin_marking import AnswerToMarkAdmin, WrittenMarkAdmin
from quizzes.interchange.admin import BankExchangeAdmin, ImportBatchAdmin

__all__ = [
    "AnswerToMarkAdmin",
    "AttemptAdmin",
    "BankExchangeAdmin",
    "EntryAdmin",
    "ImportBatchAdmin",
    "ItemAdmin",
    "ItemBankAdmin",
    "ItemRevisionAdmin",
    "PublishedQuizAdmin",
    "QuizAdmin",
    "WrittenMarkAdmin",
]
