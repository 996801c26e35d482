"""The page of one framework, with every control that it lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.docs.markdown import NOTE, anchors, cell, link_to, narrowed, shown, table
from tenant_compiler.judge.frameworks import controls_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.policy import Control, Evidence, Framework, RuleUse

KINDS: Final[Mapping[Evidence, str]] = {
    "config": "*pass* when its rules deny nothing and what they looked at is proved by something that is emitted",
    "attested": "*attested* at best: dates, contacts, contracts, and settings that nothing emitted carries yet",
    "manual": "*manual* always: no configuration can show it; it is listed so that nobody forgets it",
}
"""What a control of each kind can become."""


def framework_page(book: Rulebook, framework: Framework, source: str) -> str:
    """Write the page of a framework.

    Args:
        book: where it is from.
        framework: the framework.
        source: the link to its file, as seen from the page.
    """
    controls = [*framework.controls.values()]
    parts = [
        NOTE,
        f"# {framework.title}\n\n",
        f"[`{framework.name}`]({source}): {cell(framework.version)}, as of {framework.date}",
        f" ({framework.source}).\n\n" if framework.source else ".\n\n",
        f"## What the tool proves, and what it does not\n\n{' '.join(framework.proves.split())}\n\n",
        "The texts below are paraphrases, to find a control again; what counts is the source.\n\n",
        *_counts(framework, controls),
        "\n## Controls\n\n",
        _table(book, framework, controls),
    ]
    return "".join(parts)


def counts(controls: Sequence[Control]) -> dict[Evidence, int]:
    """How many controls there are of each kind."""
    found = Counter(control.evidence for control in controls)
    return {kind: found[kind] for kind in KINDS}


def _counts(framework: Framework, controls: Sequence[Control]) -> Iterator[str]:
    rows = [(kind, f"{number:,}", KINDS[kind]) for kind, number in counts(controls).items()]
    yield table(("evidence", "controls", "becomes"), [*rows, ("all", f"{len(controls):,}", "")])
    for what, names in (("level", framework.levels), ("role", framework.roles)):
        if names:
            numbers = [(name, *map(str, _of(framework, what, name))) for name in names]
            yield "\n" + table((what, "controls", *KINDS), numbers)


def _of(framework: Framework, what: str, name: str) -> list[int]:
    """The number of controls of a level or role, and of each kind of these."""
    found = controls_of(framework, level=name) if what == "level" else controls_of(framework, role=name)
    return [len(found), *counts(found).values()]


def _table(book: Rulebook, framework: Framework, controls: Sequence[Control]) -> str:
    places = anchors(framework)
    narrow = bool(framework.levels or framework.roles)
    rows = [
        (
            f'<a id="{places[control.id]}"></a>{cell(control.id)}',
            _text(control),
            control.evidence,
            _rules(book, control),
            _parameters(control),
            *([_who(control)] if narrow else []),
        )
        for control in controls
    ]
    who = " and ".join(word for word, names in (("levels", framework.levels), ("roles", framework.roles)) if names)
    return table(("control", "asks for", "evidence", "rules", "parameters", *([who] if narrow else [])), rows)


def _text(control: Control) -> str:
    note = f" *{cell(control.note)}*" if control.note else ""
    return f"**{cell(control.title)}.** {cell(control.text)}{note}"


def _rules(book: Rulebook, control: Control) -> str:
    rules = [_use(book, use) for use in control.rules]
    advises = [f"advises: {_use(book, use)}" for use in control.advises]
    return ", ".join([*rules, *advises])


def _use(book: Rulebook, use: RuleUse) -> str:
    rule = book.known.get(use.rule)
    return (f"`{use.rule}`" if rule is None else link_to(rule, book.rules)) + narrowed(use)


def _parameters(control: Control) -> str:
    parts = [f"`{name}` {shown(value)}" for name, value in control.parameters.items()]
    for level, values in control.by_level.items():
        parts += [f"{level}: `{name}` {shown(value)}" for name, value in values.items()]
    return ", ".join(part.replace("|", "\\|") for part in parts)


def _who(control: Control) -> str:
    return ", ".join([*control.levels, *control.roles]) or "all"
