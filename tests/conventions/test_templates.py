"""What every template keeps to: a strict content policy, tokens in forms, plain words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|<[^>{]+\sstyle=", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+=", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "somebody else's file": re.compile(
        r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']https?:", re.IGNORECASE
    ),
    "unescaped value": re.compile(r"\|\s*safe\b"),
}

ALLOWED = {("components/icon.html", "unescaped value")}
"""Drawings written in the template itself; nothing anybody typed."""

NOT_OUR_WORDS = re.compile(
    r"\b(trip request|time slot|slots?|constraints?|null|invalid input|submit(?:ted)?|"
    r"trips?|tickets?|job id)\b",
    re.IGNORECASE,
)


def words_of(source: str) -> str:
    """What a person reads of a template: no code, no tags, no comments."""
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_keep_to_the_policy(what: str) -> None:
    """Nothing that the content policy forbids, and nothing unescaped, is in a template."""
    found = [
        (str(page.relative_to(TEMPLATES)), match[0][:80])
        for page in PAGES
        if (str(page.relative_to(TEMPLATES)), what) not in ALLOWED
        and (match := FORBIDDEN[what].search(page.read_text("utf-8")))
    ]
    assert found == []


def test_every_posted_form_carries_its_token() -> None:
    """A form that is posted has the session's token in it."""
    bare = []
    for page in PAGES:
        for form in re.findall(r"<form\b.*?</form>", page.read_text("utf-8"), re.DOTALL):
            posted = re.search(r"""method=["']?post""", form.partition(">")[0], re.IGNORECASE)
            if posted and not re.search(r"csrf|hidden_tag|token\(", form):
                bare.append(str(page.relative_to(TEMPLATES)))
    assert bare == []


def test_passengers_read_plain_words() -> None:
    """Words of the trade and of computers are not on passengers' pages or in messages."""
    folders = ("passenger", "auth", "errors", "pages", "messages", "components", "layouts")
    found = [
        (str(page.relative_to(TEMPLATES)), match[0])
        for folder in folders
        for page in sorted((TEMPLATES / folder).rglob("*"))
        if page.suffix in (".html", ".txt", ".jinja", ".j2")
        and (match := NOT_OUR_WORDS.search(words_of(page.read_text("utf-8"))))
    ]
    assert found == []
