"""GIFT, as Moodle reads it, and as section 3 of the formats' rules wants it written.

A question is read twice over: `masked` has its escapes blanked out and shows the structure; the text at the same
offsets has the words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal

from quizzes.interchange import assemble, source, tags, weights
from quizzes.interchange.assemble import Raw, Row, Text
from quizzes.interchange.values import (
    BLANKS,
    ERROR,
    MOST_ITEMS,
    MOST_OPTIONS,
    MOST_TAGS,
    MOST_TOLD,
    WARNING,
    Carried,
    Found,
    Place,
    Problem,
    Reading,
    Unreadable,
)
from quizzes.questions.codec import plain

_ESCAPE = re.compile(r"\\([:#={}~n\\])")
_SPECIAL = re.compile(r"[:#={}~\\\n]")
_IN_COMMENT = re.compile(r"\[(id|tag):((?:\\\]|[^\]])*)\]")
_FORMAT = re.compile(r"\[(moodle|html|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-*[0-9]{1,2}\.?[0-9]*)%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}


# --- reading ------------------------------------------------------------------------------------------------------------


class Span:
    """A piece of a question: `masked` for its structure, `text` for its words, and where each character stood."""

    __slots__ = ("_chunk", "_start", "masked", "text")

    def __init__(self, chunk: "_Chunk", text: str, masked: str, start: int) -> None:
        self._chunk, self._start, self.text, self.masked = chunk, start, text, masked

    def part(self, start: int, end: int | None = None) -> "Span":
        """From start to end, without the blanks around it."""
        piece = self.masked[start:end]
        start += len(piece) - len(piece.lstrip(BLANKS))
        end = start + len(piece.strip(BLANKS))
        return Span(self._chunk, self.text[start:end], self.masked[start:end], self._start + start)

    def find(self, what: str, start: int = 0) -> int:
        return self.masked.find(what, start)

    def split(self, mark: str) -> Iterator["Span"]:
        place = 0
        while (found := self.masked.find(mark, place)) >= 0:
            yield self.part(place, found)
            place = found + len(mark)
        yield self.part(place)

    @property
    def place(self) -> Place:
        return self._chunk.place(self._start)

    @property
    def words(self) -> str:
        return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], self.text)

    def formatted(self, inherited: str) -> Text:
        found = _FORMAT.match(self.masked)
        if found:
            return Text(self.part(found.end()).words, self.place, found[1])
        return Text(self.words, self.place, inherited)


class _Chunk:
    """Lines between two blank ones, without comments; `tags` are what the comments say."""

    def __init__(self, lines: list[tuple[int, int, str]]) -> None:
        self.comments = [line for line in lines if line[2].startswith("//")]
        kept = [line for line in lines if not line[2].startswith("//")]
        self.lines = kept
        self._places, self._starts, start = [(n, column) for n, column, _ in kept], [], 0
        for *_, text in kept:
            self._starts.append(start)
            start += len(text) + 1
        self.text = "\n".join(text for *_, text in kept)

    def place(self, offset: int) -> Place:
        n = bisect_right(self._starts, offset) - 1
        line, column = self._places[n]
        return Place(line, column + offset - self._starts[n])

    @property
    def first(self) -> Place:
        return Place(*(self.lines or self.comments)[0][:2])

    def span(self) -> Span:
        return Span(self, self.text, _ESCAPE.sub("\x01\x01", self.text), 0)

    def marked(self) -> Iterator[tuple[str, str, Place]]:
        """(id or tag, value, place) of the comments."""
        for line, column, text in self.comments:
            for found in _IN_COMMENT.finditer(text):
                yield found[1], found[2].replace(r"\]", "]").strip(BLANKS), Place(line, column + found.start())


def read(data: bytes) -> Reading:
    """Raises Unreadable."""
    found: list[Found] = []
    problems: list[Problem] = []
    pool = ""
    for chunk in _chunks(source.text_of(data), problems):
        if not chunk.lines:
            _loose(chunk, problems)
        elif chunk.text.startswith("$CATEGORY:"):
            pool = _category(chunk, problems)
        elif len(found) == MOST_ITEMS:
            raise Unreadable("items-many", f"The file has more than {MOST_ITEMS} questions. Part it.", chunk.first)
        else:
            found.append(_question(chunk, pool))
    return Reading(tuple(found), tuple(problems))


def _chunks(text: str, problems: list[Problem]) -> Iterator[_Chunk]:
    lines: list[tuple[int, int, str]] = []
    for n, line in enumerate(text.split("\n"), 1):
        trimmed = line.strip(BLANKS)
        if trimmed == "0" and len(problems) < MOST_TOLD:
            told = "A line that holds only 0 counts as blank, and parts questions."
            problems.append(Problem(WARNING, "gift-zero", told, Place(n, line.find("0") + 1)))
        if trimmed not in {"", "0"}:
            lines.append((n, len(line) - len(line.lstrip(BLANKS)) + 1, trimmed))
        elif lines:
            yield _Chunk(lines)
            lines = []
    if lines:
        yield _Chunk(lines)


def _loose(chunk: _Chunk, problems: list[Problem]) -> None:
    for kind, value, place in chunk.marked():
        told = f"This {kind} belongs to no question: a blank line cuts it off. Take the blank line out."
        problems.append(Problem(WARNING, "gift-loose-comment", told, place, value[:40]))
        return


def _category(chunk: _Chunk, problems: list[Problem]) -> str:
    line, column, text = chunk.lines[0]
    if len(chunk.lines) > 1:
        told = "This stands in the chunk of the category and is lost in its name. Put a blank line after the category."
        problems.append(Problem(ERROR, "gift-category", told, Place(*chunk.lines[1][:2])))
    return source.pool_of(text.removeprefix("$CATEGORY:"), Place(line, column), problems)


def _question(chunk: _Chunk, pool: str) -> Found:
    whole = chunk.span()
    raw = Raw("written", whole.place, Text("", whole.place), pool=pool)
    for kind, value, place in chunk.marked():
        if kind == "tag" and len(raw.tags) == MOST_TAGS:
            return _refuse(raw, "tags-many", f"A question may have at most {MOST_TAGS} tags.", whole)
        if kind == "tag":
            raw.tags.append((value, place))
        elif not raw.code:
            raw.code = value
    raw.name, body = _name(whole)
    _swallowed(chunk, raw)
    opens, closes = body.find("{"), body.find("}")
    if opens < 0 and closes < 0:
        return _refuse(raw, "type-unsupported", "A text without a question has no place in an item bank.", body)
    if opens < 0 or closes < opens:
        return _refuse(raw, "gift-brace", "A brace { or } stands without its partner.", body)
    raw.stem = _stem(body, opens, closes, raw)
    answers = body.part(opens + 1, closes)
    if (nested := answers.find("{")) >= 0:
        told = r"A brace { inside the answers is text, and the first } ends them. Write \{ and \} for braces in a text."
        raw.problems.append(Problem(WARNING, "gift-nested", told, answers.part(nested).place))
    if (general := answers.masked.rfind("####")) >= 0:
        raw.general = answers.part(general + 4).formatted(raw.stem.format)
        answers = answers.part(0, general)
    return _answers(answers, raw)


def _refuse(raw: Raw, code: str, told: str, where: Span) -> Found:
    raw.problems.append(Problem(ERROR, code, told, where.place, (raw.code or raw.name)[:60]))
    return assemble.refused(raw)


def _name(whole: Span) -> tuple[str, Span]:
    if not whole.masked.startswith("::"):
        return "", whole
    end = whole.find("::", 2)
    return ("", whole.part(2)) if end < 0 else (whole.part(2, end).words, whole.part(end + 2))


def _swallowed(chunk: _Chunk, raw: Raw) -> None:
    for line, column, text in chunk.lines[1:]:
        if text.startswith("::"):
            told = "A question without a blank line before it becomes text of the one above. Put a blank line here."
            raw.problems.append(Problem(WARNING, "gift-swallowed", told, Place(line, column)))
            return


def _stem(body: Span, opens: int, closes: int, raw: Raw) -> Text:
    """Text after the answers puts a gap in their place."""
    before, after = body.part(0, opens), body.part(closes + 1)
    stem = before.formatted("moodle")
    if after.text:
        gap = Span(body._chunk, f"{body.text[:opens]}_____{body.text[closes + 1 :]}", "", 0)
        stem.text = gap.words.strip(BLANKS).removeprefix(f"[{stem.format}]")
        if "{" in after.masked:
            told = "A question has one block of answers: the second one stays as text."
            raw.problems.append(Problem(WARNING, "gift-second-block", told, after.place))
    return stem


def _answers(span: Span, raw: Raw) -> Found:
    masked = span.masked
    head = span.part(0, span.find("#") if "#" in masked else None).text
    if not masked:
        raw.type = "written"
    elif masked.startswith("#"):
        raw.type = "numeric"
        _numeric(span.part(1), raw)
    elif "~" in masked:
        raw.type = "choice"
        _choice(span, raw)
    elif "=" in masked and "->" in masked:
        raw.type = "matching"
        _matching(span, raw)
    elif head in _TRUE | _FALSE:
        raw.type = "true_false"
        _true_false(span, raw, right=head in _TRUE)
    else:
        raw.type = "text"
        _short(span, head, raw)
    return assemble.assemble(raw)


def _pieces(span: Span, marks: str) -> list[tuple[str, Span]]:
    """(the mark before it, the piece), for pieces that begin with one of the marks; the first may have none."""
    starts = [found.start() for found in re.finditer(f"[{marks}]", span.masked)][: MOST_OPTIONS + 2]
    found = [("", first)] if (first := span.part(0, starts[0] if starts else None)).text else []
    ends = [*starts[1:], None][: len(starts)]
    return found + [(span.masked[a], span.part(a + 1, b)) for a, b in zip(starts, ends, strict=True)]


def _row(piece: Span, raw: Raw) -> Row:
    """An answer with its feedback."""
    sign = piece.find("#")
    feedback = piece.part(sign + 1).formatted(raw.stem.format) if sign >= 0 else None
    return Row((piece.part(0, sign) if sign >= 0 else piece).formatted(raw.stem.format), feedback=feedback)


def _weighed(piece: Span) -> tuple[Decimal | None, Span]:
    found = _WEIGHT.match(piece.masked)
    if not found:
        return None, piece
    minus, digits = found[1].count("-"), found[1].lstrip("-")
    return Decimal(digits[:20]) * (-1 if minus else 1), piece.part(found.end())


def _choice(span: Span, raw: Raw) -> None:
    right = 0
    for mark, piece in _pieces(span, "~="):
        weight, rest = (Decimal(100), piece) if mark == "=" else _weighed(piece)
        right += mark == "="
        if mark == "=" and _WEIGHT.match(piece.masked):
            told = "After = a weight is text: this is a right option that begins with it. Write ~%n% for a weight."
            raw.problems.append(Problem(WARNING, "gift-eqweight", told, piece.place))
        if mark == "=" and right == 2:
            told = r"Two options are right in a single best answer. A sign = inside a text is written \=."
            raw.problems.append(Problem(WARNING, "gift-many-right", told, piece.place))
        row = _row(rest, raw)
        row.weight = weight or Decimal(0)
        raw.rows.append(row)
    raw.single = right > 0


def _short(span: Span, head: str, raw: Raw) -> None:
    if head.upper() in _TRUE | _FALSE:
        told = f"“{head}” in small letters is a short answer. Write {head.upper()} for true or false."
        raw.problems.append(Problem(WARNING, "gift-tf-case", told, span.place))
    for _, piece in _pieces(span, "="):
        weight, rest = _weighed(piece)
        row = _row(rest, raw)
        row.weight = weight
        raw.rows.append(row)


def _numeric(span: Span, raw: Raw) -> None:
    other = span.find("~")
    if other >= 0:
        rest = span.part(other + 1)
        said = rest.part(1) if rest.masked.startswith("#") else rest
        row = Row(Text("*", rest.place), weight=Decimal(0), feedback=said.formatted(raw.stem.format))
        span = span.part(0, other)
    raw.rows += [_number(piece, raw) for _, piece in _pieces(span, "=")]
    if other >= 0:
        raw.rows.append(row)


def _number(piece: Span, raw: Raw) -> Row:
    weight, rest = _weighed(piece)
    row = _row(rest, raw)
    row.weight = weight
    value, colon, tolerance = row.text.text.partition(":")
    # Moodle takes what it cannot read for "any number": so a bare star is no answer either.
    row.text.text = "“*”" if value.strip() == "*" else value
    row.tolerance = tolerance if not colon or tolerance.strip() else "?"
    return row


def _matching(span: Span, raw: Raw) -> None:
    for _, piece in _pieces(span, "="):
        arrow = piece.find("->")
        if arrow < 0:
            told = "A pair is written =left -> right."
            raw.problems.append(Problem(ERROR, "match-arrow", told, piece.place))
            continue
        left, right = piece.part(0, arrow), piece.part(arrow + 2)
        if left.text.endswith("\\") or "->" in right.masked:
            told = "The first -> parts a pair, and cannot be escaped. Look whether it parts this one where you meant."
            raw.problems.append(Problem(WARNING, "gift-arrow", told, piece.place))
        raw.rows.append(Row(left.formatted(raw.stem.format), match=Text(right.words, right.place)))


def _true_false(span: Span, raw: Raw, *, right: bool) -> None:
    said = [part.formatted(raw.stem.format) for part in span.split("#")][1:3]
    wrong_one, right_one = [*said, *[Text("", span.place)] * 2][:2]
    for name, is_right in (("True", right), ("False", not right)):
        weight = Decimal(100 if is_right else 0)
        raw.rows.append(Row(Text(name, span.place), weight=weight, feedback=right_one if is_right else wrong_one))


# --- writing ------------------------------------------------------------------------------------------------------------


def write(items: Iterable[Carried]) -> bytes:
    """UTF-8, LF, one form for each content. What cannot be said here is lost: `formats.export` tells what."""
    out: list[str] = []
    pool = None
    for item in items:
        if item.pool != pool:
            pool = item.pool
            out.append(f"$CATEGORY: {source.category_of(pool)}\n")
        out.append(_written(item))
    return "\n".join(out).encode()


def obstacles(item: Carried) -> list[str]:
    """Why the whole item cannot go, in words."""
    prompt, key = item.question.prompt, item.question.key
    lefts = getattr(prompt, "lefts", ()) if item.kind == "matching" else getattr(prompt, "steps", ())
    said = (
        [each for accepted in key.accepted for each in (accepted.text, accepted.rationale)]
        if item.kind == "text"
        else []
    )
    found = (
        ["GIFT cannot say -> in a left side, a step or a short answer."]
        if any("->" in each for each in [*lefts, *said])
        else []
    )
    return [*found, *shares(item)]


def shares(item: Carried) -> list[str]:
    """Weights that Moodle's formats do not know."""
    key = item.question.key
    if item.kind == "multiple" and len(key.correct) not in weights.OF_KEYS:
        return [f"Moodle has no weight for {len(key.correct)} right options."]
    if item.kind == "text" and any(accepted.share not in weights.OF_SHARE for accepted in key.accepted):
        return ["Moodle has no weight for one of the shares of the points."]
    return []


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: r"\n" if found[0] == "\n" else f"\\{found[0]}", text)


def _safe(text: str) -> str:
    """An option or a feedback, which must not seem to begin with a format."""
    return f"[plain]{_escaped(text)}" if text.startswith("[") else _escaped(text)


def _feedback(text: str) -> str:
    return f"#{_safe(text)}" if text else ""


def _written(item: Carried) -> str:
    prompt = item.question.prompt
    lines, general, splits = _WRITERS[item.kind](item.question.prompt, item.question.key)
    if prompt.vignette:
        splits = [tags.SPLIT_VIGNETTE, *splits]
    stem = assemble.join([prompt.vignette, prompt.stem]) if prompt.vignette else prompt.stem
    said = tags.written(item, mark=True, unit=True, case=True, splits=iter(splits))
    comment = " ".join(
        f"[{each.replace(']', chr(92) + ']')}]" for each in (f"id:{item.code}", *(f"tag:{t}" for t in said))
    )
    first, *rest = lines
    rest += [f"####{_safe(general)}"] if general else []
    block = f"{{{first}}}" if not rest else "\n\t".join([f"{{{first}", *rest]) + "\n}"
    return f"// {comment}\n::{_escaped(item.code)}::[plain]{_escaped(stem)}{block}\n"


def _write_single(prompt, key) -> tuple[list[str], str, list[str]]:
    return ["", *(_single(text, n in key.correct, key.rationales[n]) for n, text in enumerate(prompt.options))], "", []


def _single(text: str, right: bool, reason: str) -> str:
    said = _escaped(text)
    if text.startswith("["):
        said = f"[plain]{said}"
    elif text.startswith("%"):
        said = f"[plain]{said}" if right else f"%0%{said}"
    return f"{'=' if right else '~'}{said}{_feedback(reason)}"


def _write_multiple(prompt, key) -> tuple[list[str], str, list[str]]:
    each = weights.OF_KEYS.get(len(key.correct), Decimal(0))
    lines = (
        f"~%{plain(each if n in key.correct else -each)}%{_safe(text)}{_feedback(key.rationales[n])}"
        for n, text in enumerate(prompt.options)
    )
    return ["", *lines], "", []


def _write_true_false(prompt, key) -> tuple[list[str], str, list[str]]:
    right = key.correct[0] if key.correct else 0
    said = [_safe(key.rationales[n]) for n in (1 - right, right)]
    while said and not said[-1]:
        said.pop()
    return ["#".join(["FT"[right == 0], *said])], "", []


def _write_text(prompt, key) -> tuple[list[str], str, list[str]]:
    return ["", *map(_accepted, key.accepted)], key.work, []


def _accepted(accepted) -> str:
    weight = weights.OF_SHARE.get(accepted.share, Decimal(0))
    shown = f"%{plain(weight)}%" if weight != 100 or accepted.text.startswith("%") else ""
    return f"={shown}{_safe(assemble.starred(accepted.text))}{_feedback(accepted.rationale)}"


def _write_numeric(prompt, key) -> tuple[list[str], str, list[str]]:
    right = [] if key.answer is None else [f"=%100%{plain(key.answer)}:{plain(key.tolerance)}"]
    wrong = [f"=%0%{plain(each.value)}:0{_feedback(each.why)}" for each in key.wrong]
    return ["#", *right, *wrong], key.work, []


def _write_matching(prompt, key) -> tuple[list[str], str, list[str]]:
    pairs = [
        f"={_safe(left)} -> {_escaped(prompt.rights[right])}"
        for left, right in zip(prompt.lefts, key.pairs, strict=True)
    ]
    spare = [n for n in range(len(prompt.rights)) if n not in key.pairs]
    extra = [f"= -> {_escaped(prompt.rights[n])}" for n in spare]
    return ["", *pairs, *extra], *reasons([*key.rationales, *(key.extra[n] for n in spare)])


def _write_ordering(prompt, key) -> tuple[list[str], str, list[str]]:
    lines = [f"={_safe(prompt.steps[step])} -> {n}" for n, step in enumerate(key.order, 1)]
    return ["", *lines], *reasons(key.rationales, key.common_error)


def reasons(each: Iterable[str], last: str = "") -> tuple[str, list[str]]:
    """General feedback that holds a reason a row, and the tag that says so; also for the other formats."""
    each = list(each)
    if not any(each):
        return last, []
    return assemble.join([*each, *([last] if last else [])]), [tags.SPLIT_REASONS]


def _write_written(prompt, key) -> tuple[list[str], str, list[str]]:
    if not prompt.criteria:
        return [""], key.model, []
    pairs = [each for pair in zip(prompt.criteria, key.notes, strict=True) for each in pair]
    return [""], assemble.join([*pairs, key.model]), [tags.SPLIT_CHECKLIST]


_WRITERS = {
    "single": _write_single,
    "multiple": _write_multiple,
    "true_false": _write_true_false,
    "text": _write_text,
    "numeric": _write_numeric,
    "matching": _write_matching,
    "ordering": _write_ordering,
    "written": _write_written,
}
