"""What a reader of any format found of one question -> an item, with every problem it has, in one pass."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from quizzes.interchange import tags, weights
from quizzes.interchange.markup import to_plain
from quizzes.interchange.values import (
    ERROR,
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_OPTION,
    LONGEST_POOL,
    MOST_OPTIONS,
    MOST_TEXT,
    NOTE,
    WARNING,
    Carried,
    Found,
    Place,
    Problem,
    tidy,
)
from quizzes.questions import QUESTION_KINDS, Question, choice, matching, numeric, ordering, text, written
from quizzes.questions.codec import plain

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?\Z", re.ASCII)
_RULE = re.compile(r"^---$", re.MULTILINE)
_STAR = re.compile(r"(?<!\\)\*")
_OURS = "Here each right pick earns an equal share, and each wrong pick takes off as much."


@dataclass(slots=True)
class Text:
    text: str
    place: Place
    format: str = "plain"


@dataclass(slots=True)
class Row:
    """One answer. `weight` in per cent, None where the file gives none."""

    text: Text
    match: Text | None = None
    weight: Decimal | None = None
    tolerance: str = ""
    feedback: Text | None = None

    @property
    def place(self) -> Place:
        return self.text.place


@dataclass(slots=True)
class Raw:
    """One question as read. `type`: choice, true_false, text, numeric, matching, ordering or written.

    The steps of an ordering stand in their order, or have their place in `match`. `checklist` is a written task's.
    """

    type: str
    place: Place
    stem: Text
    code: str = ""
    name: str = ""
    pool: str = ""
    vignette: Text | None = None
    general: Text | None = None
    mark: tuple[str, Place] | None = None
    tags: list[tuple[str, Place]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    single: bool = True
    unit: str = ""
    case_sensitive: bool = False
    words: tuple[str, str] | None = None
    checklist: Text | None = None
    problems: list[Problem] = field(default_factory=list)


def assemble(raw: Raw) -> Found:
    return _Assembly(raw).found()


def refused(raw: Raw) -> Found:
    """A question that was not even read to its end."""
    return Found(None, raw.place, raw.code or raw.name, tuple(raw.problems))


def number(typed: str) -> Decimal | None:
    """A number that our columns hold: a point, at most 12 digits before it and 8 after."""
    typed = typed.strip()
    if not _NUMBER.match(typed):
        return None
    value = Decimal(typed)
    fits = abs(value) < 10**12 and value == value.quantize(Decimal("0.00000001")) if abs(value) < 10**12 else False
    return value if fits else None


def join(parts: list[str]) -> str:
    """Several texts as one, with rules between them."""
    return "\n---\n".join(parts)


def split(joined: str) -> list[str]:
    return [tidy(part) for part in _RULE.split(joined)]


def starred(accepted: str) -> str:
    """An accepted answer as other systems read it: there a bare * stands for anything."""
    return accepted.replace("*", r"\*")


class _Assembly:
    def __init__(self, raw: Raw) -> None:
        self.raw, self.problems = raw, list(raw.problems)
        self.tags: dict[str, list[str]] = {}

    # --- telling --------------------------------------------------------------------------------------------------------

    def say(self, severity: str, code: str, sentence: str, place: Place | None = None) -> None:
        self.problems.append(Problem(severity, code, sentence, place or self.raw.place))

    @property
    def failed(self) -> bool:
        return any(problem.severity == ERROR for problem in self.problems)

    # --- the whole ------------------------------------------------------------------------------------------------------

    def found(self) -> Found:
        self.read_tags()
        code, name = self.code(), self.name()
        vignette, stem = self.stem()
        question = self.question(vignette, stem)
        item = None
        if question is not None and not self.failed:
            self.judge(question)
            item = self.item(code, question)
        label = code or name or stem[:40]
        named = tuple(
            Problem(each.severity, each.code, each.text, each.place, each.label or label) for each in self.problems
        )
        return Found(None if self.failed else item, self.raw.place, name, named)

    def item(self, code: str, question: Question) -> Carried:
        one = {name: self.tags[name][0] if self.tags.get(name) else "" for name in ("obj", "at", "bloom", "rev")}
        return Carried(
            code=code,
            question=question,
            pool=self.pool(),
            objective=one["obj"],
            bloom=one["bloom"] or "Understand",
            safety="must-pass" in self.tags,
            points=self.points(),
            references=tuple(self.tags.get("ref", ())),
            teaches_at=one["at"],
            draft="status" in self.tags,
            rev=int(one["rev"]) if one["rev"] else None,
        )

    def judge(self, question: Question) -> None:
        """What would stop it from being published: it comes in, and waits as a draft."""
        if found := QUESTION_KINDS[question.prompt.kind].problems(question.prompt, question.key):
            self.say(WARNING, "not-ready", f"It comes in as a draft. {' '.join(found)}")

    # --- particulars ----------------------------------------------------------------------------------------------------

    def read_tags(self) -> None:
        for tag, place in self.raw.tags:
            try:
                known = tags.parse(tag)
            except ValueError:
                self.say(ERROR, "tag-value", f"The tag “{tag[:60]}” has a value that it cannot have.", place)
                continue
            if known is None:
                self.say(NOTE, "tag-dropped", f"There is no place here for the tag “{tag[:60]}”.", place)
            else:
                self.tag(*known, place)

    def tag(self, name: str, value: str, place: Place) -> None:
        if self.tags.get(name) and name not in tags.MANY:
            self.say(WARNING, "tag-twice", f"The tag {name} stands more than once; the first one counts.", place)
        elif self.tags.get(name) and name == "obj":
            self.say(WARNING, "objective-many", f"An item here has one objective: {value} is left away.", place)
        elif name in {"level", "fixed-order"}:
            self.say(NOTE, "tag-dropped", f"There is no place here for the tag “{name}”.", place)
        elif name == "score":
            self.say(WARNING, "score-ours", f"All-or-nothing scoring does not exist here. {_OURS}", place)
        elif value not in self.tags.setdefault(name, []):
            self.tags[name].append(value)

    def has(self, split_tag: str) -> bool:
        name, _, value = split_tag.partition(":")
        return value in self.tags.get(name, ())

    def code(self) -> str:
        code = tidy(self.raw.code)
        if len(code) > LONGEST_CODE or "\n" in code:
            self.say(ERROR, "id-long", f"An id has one line of at most {LONGEST_CODE} characters.")
        return code

    def name(self) -> str:
        name = " ".join(self.raw.name.split())
        if len(name) > LONGEST_NAME:
            self.say(WARNING, "name-long", f"The name is longer than {LONGEST_NAME} characters, and is cut.")
        return name[:LONGEST_NAME]

    def pool(self) -> str:
        pool = tidy(self.raw.pool) or (self.tags.get("mod") or [""])[0]
        if len(pool) > LONGEST_POOL:
            self.say(WARNING, "pool-long", f"The pool's name is longer than {LONGEST_POOL} characters, and is cut.")
        return tidy(pool[:LONGEST_POOL])

    def points(self) -> Decimal:
        typed, place = self.raw.mark or ((self.tags.get("mark") or ["1"])[0], self.raw.place)
        value = number(typed)
        if value is None or not 0 < value < 1000 or value != round(value, 2):
            shown = f"The mark {typed[:20]!r} is not a number above 0 with at most two decimals."
            self.say(ERROR, "mark-bad", shown, place)
            return Decimal(1)
        return value

    # --- texts ----------------------------------------------------------------------------------------------------------

    def plain(self, given: Text | None, longest: int = MOST_TEXT) -> str:
        if given is None:
            return ""
        if len(given.text) > MOST_TEXT:
            self.say(ERROR, "field-long", f"A text may have at most {MOST_TEXT} characters.", given.place)
            return ""
        found, adorned, lost = to_plain(given.text, given.format)
        if adorned:
            names = ", ".join(sorted(adorned))
            self.say(NOTE, "markup-dropped", f"Questions are plain text; this is laid off: {names}.", given.place)
        if lost:
            names = ", ".join(sorted(lost)[:8])
            self.say(WARNING, "markup-lost", f"Questions are plain text; look what is lost with {names}.", given.place)
        found = tidy(found)
        if len(found) > longest:
            self.say(ERROR, "field-long", f"This text may have at most {longest} characters.", given.place)
        return found

    def option(self, given: Text) -> str:
        found = self.plain(given, LONGEST_OPTION)
        if not found:
            self.say(ERROR, "option-empty", "An answer is empty.", given.place)
        return found

    def stem(self) -> tuple[str, str]:
        vignette, stem = self.plain(self.raw.vignette), self.plain(self.raw.stem)
        if self.has(tags.SPLIT_VIGNETTE):
            above, *below = _RULE.split(stem, maxsplit=1)
            if below:
                vignette, stem = tidy(above), tidy(below[0])
            else:
                self.say(ERROR, "split-count", "The line --- between case and stem is missing.", self.raw.stem.place)
        if not stem:
            self.say(ERROR, "stem-empty", "The question has no text.", self.raw.stem.place)
        return vignette, stem

    def reasons(self) -> list[str]:
        return [self.plain(row.feedback) for row in self.raw.rows]

    # --- by kind --------------------------------------------------------------------------------------------------------

    def question(self, vignette: str, stem: str) -> Question | None:
        kind = "ordering" if self.raw.type == "matching" and "as" in self.tags else self.raw.type
        if len(self.raw.rows) > MOST_OPTIONS:
            self.say(ERROR, "options-many", f"A question may have at most {MOST_OPTIONS} answers.")
            return None
        if "pick" in self.tags and (kind != "choice" or self.raw.single):
            self.say(NOTE, "tag-dropped", "The tag pick is for multiple response.")
        return getattr(self, f"_{kind}")(vignette, stem)

    def weigh(self) -> list[Decimal]:
        """Each row's weight; what is not in the list is an error that names the nearest."""
        found = []
        for n, row in enumerate(self.raw.rows, 1):
            weight = meant = weights.snapped(row.weight or Decimal(0))
            if weight is None:
                meant = weights.nearest(row.weight)
                shown = plain(row.weight) if abs(row.weight) < 1000 else "This"
                sentence = f"Answer {n}: {shown} % is not allowed; did you mean {plain(meant)} %?"
                self.say(ERROR, "weight-list", sentence, row.place)
            found.append(meant)
        return found

    def _choice(self, vignette: str, stem: str) -> Question | None:
        options = tuple(self.option(row.text) for row in self.raw.rows)
        rationales, found = self.reasons(), self.weigh()
        if len(options) < 2:
            self.say(ERROR, "option-few", "There must be at least two options.")
        correct = self.right_ones(found) if self.raw.single else self.right_picks(found)
        if not correct:
            self.say(ERROR, "no-key", "No option is marked as right.")
        if self.failed:
            return None
        kind = "single" if self.raw.single else "multiple"
        choose = int(self.tags["pick"][0]) if kind == "multiple" and "pick" in self.tags else None
        prompt = choice.Prompt(kind, vignette, stem, options, choose)
        return Question(prompt, choice.Key(correct, self.with_general(rationales, correct[0])))

    def right_ones(self, found: list[Decimal]) -> tuple[int, ...]:
        for n, weight in enumerate(found):
            if weight not in (0, 100) and not self.failed:
                sentence = f"Answer {n + 1}: a single best answer earns all or nothing here, so its {plain(weight)} % is left away."
                self.say(WARNING, "weight-dropped", sentence, self.raw.rows[n].place)
        return tuple(n for n, weight in enumerate(found) if weight == 100)

    def right_picks(self, found: list[Decimal]) -> tuple[int, ...]:
        correct = tuple(n for n, weight in enumerate(found) if weight > 0)
        each = weights.OF_KEYS.get(len(correct))
        if self.failed:
            return correct
        if correct and abs(sum(found[n] for n in correct) - 100) > 1:
            self.say(WARNING, "weight-sum", f"The weights of the right options do not make 100 %. {_OURS}")
        elif correct and any(weight != (each if weight > 0 else -(each or 0)) for weight in found):
            self.say(WARNING, "weight-ours", f"The weights are not kept. {_OURS}")
        return correct

    def with_general(self, rationales: list[str], place: int) -> tuple[str, ...]:
        """General feedback has no place of its own here: it follows the reason of the right answer."""
        if general := self.plain(self.raw.general):
            self.moved(self.raw.general, "the reason of the right answer")
            rationales[place] = "\n\n".join(filter(None, [rationales[place], general]))
        return tuple(rationales)

    def moved(self, given: Text | None, to: str) -> None:
        place = given.place if given else None
        self.say(NOTE, "feedback-moved", f"This feedback has no place of its own here: it is put after {to}.", place)

    def _true_false(self, vignette: str, stem: str) -> Question | None:
        self.true_first()
        rationales = self.reasons()
        correct = tuple(n for n, row in enumerate(self.raw.rows) if row.weight == 100)
        if len(correct) != 1 or len(rationales) != 2:
            self.say(ERROR, "no-key", "One of True and False must be right.")
        if self.failed:
            return None
        prompt = choice.Prompt("true_false", vignette, stem, ("True", "False"))
        return Question(prompt, choice.Key(correct, self.with_general(rationales, correct[0])))

    def true_first(self) -> None:
        by_name = {tidy(row.text.text).casefold(): row for row in self.raw.rows}
        if by_name.keys() == {"true", "false"} and len(self.raw.rows) == 2:
            self.raw.rows = [by_name["true"], by_name["false"]]
        elif len(self.raw.rows) == 2:
            self.say(WARNING, "true-false-words", "The first answer is read as True, the second as False.")

    def _text(self, vignette: str, stem: str) -> Question | None:
        rows = zip(self.raw.rows, self.weigh_or_all(), self.reasons(), strict=True)
        accepted = [each for row, weight, reason in rows if (each := self.accepted(row, weight, reason))]
        if not accepted and not self.failed:
            self.say(ERROR, "no-key", "There is no accepted answer.")
        if self.failed:
            return None
        exact = self.raw.case_sensitive or "case-sensitive" in self.tags
        key = text.Key(tuple(accepted), exact, self.plain(self.raw.general))
        return Question(text.Prompt("text", vignette, stem), key)

    def weigh_or_all(self) -> list[Decimal]:
        for row in self.raw.rows:
            row.weight = Decimal(100) if row.weight is None else row.weight
        return self.weigh()

    def accepted(self, row: Row, weight: Decimal, reason: str) -> text.Accepted | None:
        said = self.option(row.text)
        if weight <= 0:
            self.say(WARNING, "answer-zero", "An answer that earns nothing is left away, with its feedback.", row.place)
            return None
        if _STAR.search(said):
            self.say(WARNING, "wildcard", "Here a * stands for itself, and not for any text.", row.place)
        return text.Accepted(said.replace(r"\*", "*"), weights.share_of(weight), reason)

    def _numeric(self, vignette: str, stem: str) -> Question | None:
        rows = list(zip(self.raw.rows, self.weigh_or_all(), self.reasons(), strict=True))
        right = [row for row, weight, _ in rows if weight == 100 and row.text.text.strip() != "*"]
        if len(right) != 1:
            many = "There is no answer that is right." if not right else "A number here has one right answer."
            self.say(ERROR, "no-key" if not right else "numeric-many", many, right[1].place if right else None)
        answer, tolerance, work, wrong = None, Decimal(0), [], []
        for row, weight, reason in rows:
            if row.text.text.strip() == "*" or (right and row is right[0]):
                work += [reason]
                if reason:
                    self.moved(row.feedback, "the working")
            if row.text.text.strip() == "*":
                continue
            value, around = self.value(row)
            if right and row is right[0]:
                answer, tolerance = value, around
            else:
                wrong.append(self.wrong(row, weight, value, around, reason))
        if self.failed:
            return None
        work = "\n\n".join(filter(None, [*work[:1], self.plain(self.raw.general), *work[1:]]))
        unit = tidy(self.raw.unit) or (self.tags.get("unit") or [""])[0]
        if len(unit) > 40:
            self.say(ERROR, "field-long", "A unit may have at most 40 characters.")
        key = numeric.Key(answer, tolerance, tuple(wrong), work)
        return Question(numeric.Prompt("numeric", vignette, stem, unit), key)

    def value(self, row: Row) -> tuple[Decimal, Decimal]:
        """The answer and its tolerance. `3..5` is the middle and half the width."""
        typed, around = row.text.text.strip(), row.tolerance.strip() or "0"
        if ".." in typed:
            low, high = map(number, typed.split("..", 1))
            if low is not None and high is not None and low > high:
                self.say(ERROR, "gift-range", f"The range {typed[:50]} runs downwards.", row.place)
                return Decimal(0), Decimal(0)
            middle = None if low is None or high is None else number(plain((low + high) / 2))
            value, half = middle, None if middle is None else high - middle
        else:
            value, half = number(typed), number(around)
        if value is None or half is None or half < 0:
            sentence = f"“{f'{typed}:{row.tolerance}' if row.tolerance else typed}” is not a number with its tolerance; use a point for decimals."
            self.say(ERROR, "gift-number", sentence[:200], row.place)
            return Decimal(0), Decimal(0)
        return value, half

    def wrong(self, row: Row, weight: Decimal, value: Decimal, around: Decimal, reason: str) -> numeric.Wrong:
        if 0 < weight < 100:
            sentence = "A number earns all or nothing here: this answer becomes a known wrong value."
            self.say(WARNING, "weight-dropped", sentence, row.place)
        if around:
            self.say(WARNING, "wrong-tolerance", "A known wrong value has no tolerance here.", row.place)
        return numeric.Wrong(value, reason)

    def _matching(self, vignette: str, stem: str) -> Question | None:
        pairs, extra = [], []
        for row in self.raw.rows:
            right = self.option(row.match or Text("", row.place))
            left = self.plain(row.text, LONGEST_OPTION)
            (pairs if left else extra).append((left, right, self.plain(row.feedback)))
        if len(self.raw.rows) < 2:
            self.say(ERROR, "match-few", "A matching question needs at least two pairs.")
        reasons = self.split_reasons(len(pairs) + len(extra), [reason for *_, reason in [*pairs, *extra]])
        if self.failed:
            return None
        if len(reasons) > len(pairs) + len(extra):  # general feedback of another system
            self.moved(self.raw.general, "the reason of the first pair")
            reasons[0] = "\n\n".join(filter(None, [reasons[0], reasons.pop()]))
        rows = [(left, right, reason) for (left, right, _), reason in zip([*pairs, *extra], reasons, strict=True)]
        return matching.arrange(
            stem, rows[: len(pairs)], [(right, reason) for _, right, reason in rows[len(pairs) :]], vignette=vignette
        )

    def split_reasons(self, count: int, own: list[str]) -> list[str]:
        """One reason a row, then perhaps the text that follows them all."""
        general = self.plain(self.raw.general)
        if not self.has(tags.SPLIT_REASONS):
            return [*own, general] if general else own
        if len(parts := split(general)) not in (count, count + 1):
            sentence = f"The general feedback should hold {count} reasons with lines --- between them."
            self.say(ERROR, "split-count", sentence, self.raw.general.place if self.raw.general else None)
        return parts

    def _ordering(self, vignette: str, stem: str) -> Question | None:
        steps = [(self.place_of(row), self.option(row.text), self.plain(row.feedback)) for row in self.raw.rows]
        if any(place is not None for place, *_ in steps):
            wanted = list(range(1, len(steps) + 1))
            if sorted(place or 0 for place, *_ in steps) != wanted:
                self.say(ERROR, "order-place", f"The places must be the numbers from 1 to {len(steps)}, each once.")
            steps.sort(key=lambda step: step[0] or 0)
        if len(steps) < 2:
            self.say(ERROR, "option-few", "There must be at least two steps.")
        reasons = self.split_reasons(len(steps), [reason for *_, reason in steps])
        if self.failed:
            return None
        error = reasons[len(steps)] if len(reasons) > len(steps) else ""
        rows = [(step, reason) for (_, step, _), reason in zip(steps, reasons, strict=False)]
        return ordering.arrange(stem, rows, vignette=vignette, common_error=error)

    def place_of(self, row: Row) -> int | None:
        if row.match is None:
            return None
        typed = tidy(row.match.text)
        return int(typed) if re.fullmatch("[0-9]{1,2}", typed, re.ASCII) else 0

    def _written(self, vignette: str, stem: str) -> Question | None:
        criteria = [(self.option(row.text), self.plain(row.feedback)) for row in self.raw.rows]
        general = self.plain(self.raw.general)
        if self.raw.checklist is not None:
            criteria = self.checklist(self.plain(self.raw.checklist))
        elif self.has(tags.SPLIT_CHECKLIST):
            *parts, general = split(general)
            criteria = self.in_twos(parts)
        if len(criteria) > MOST_OPTIONS:
            self.say(ERROR, "options-many", f"A checklist may have at most {MOST_OPTIONS} criteria.")
        if any(not criterion or len(criterion) > LONGEST_OPTION for criterion, _ in criteria):
            self.say(ERROR, "option-empty", f"A criterion is empty, or longer than {LONGEST_OPTION} characters.")
        fewest, most = self.raw.words or (self.tags.get("words") or ["0-0"])[0].split("-")
        prompt = written.Prompt(
            "written", vignette, stem, tuple(criterion for criterion, _ in criteria),
            pass_at=int((self.tags.get("pass") or ["0"])[0]), min_words=self.count(fewest), max_words=self.count(most),
        )  # fmt: skip
        return None if self.failed else Question(prompt, written.Key(tuple(note for _, note in criteria), general))

    def checklist(self, given: str) -> list[tuple[str, str]]:
        if not given:
            return []
        if self.has(tags.SPLIT_CHECKLIST):
            return self.in_twos(split(given))
        return [(line, "") for line in (each.strip() for each in given.split("\n")) if line]

    def in_twos(self, parts: list[str]) -> list[tuple[str, str]]:
        if len(parts) % 2:
            self.say(ERROR, "split-count", "Each criterion of the checklist needs what the marker looks for after it.")
            return []
        return list(zip(parts[::2], parts[1::2], strict=True))

    def count(self, typed: str) -> int:
        typed = typed.strip() or "0"
        if not re.fullmatch("[0-9]{1,4}", typed, re.ASCII):
            self.say(ERROR, "gift-number", f"“{typed[:20]}” is not a number of words.")
            return 0
        return int(typed)
