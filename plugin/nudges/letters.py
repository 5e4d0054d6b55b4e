"""Writing letters: a subject and a text, in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from plugin.foundation.i18n import Words, to_say

SUBJECTS = {
    "opened": to_say("Time to talk about %(about)s"),
    "booked": to_say("Check-in about %(about)s: %(when)s"),
    "cancelled": to_say("Called off: check-in about %(about)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent."""

    subject: str
    text: str


class Letters:
    """The letters of `templates/nudges/mail/`; usable outside any request, and by threads."""

    def write(self, name: str, say: Words, *, to_name: str | None, **values: object) -> Letter:
        """Return the letter `name` in the language of `say`."""
        hello = say.gettext("Hello %(name)s,", name=to_name) if to_name else say.gettext("Hello,")
        text = (
            _environment(say.language)
            .get_template(f"nudges/mail/{name}.txt")
            .render(
                **values,
                greeting=hello,
                action=None,  # a check-in opens through the course: only there we know who asks
                reason=say.gettext(
                    "You get this because you take part in mentoring in your course."
                ),
                later_url=None,
                stop_url=None,
            )
        )
        subject = say.gettext(SUBJECTS[name], **values)
        return Letter(subject=" ".join(subject.split()), text=text)


@cache
def _environment(language: str) -> Environment:
    """Return the templates in one language; gettext belongs to an environment, not to a call."""
    say = Words(language)
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("plugin.nudges"), PackageLoader("plugin.foundation")]),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 # plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: say.gettext(message), say.plural, newstyle=True
    )
    return environment
