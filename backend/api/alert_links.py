"""/alert-links/…: what a link in a message opens. It asks before it does anything, as programs that look through mail
follow links too; whoever holds the link need not sign in."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse

from alerts.links import LONGEST, PATH, LinkAction, LinkError, LinkProblem
from backend.alerting.links import LinkDesk, Offer
from backend.api.deps import Ctx, public

#: Without the API's prefix: pages for people.
browser = APIRouter(prefix=PATH, include_in_schema=False, dependencies=[Depends(public)])

Token = Annotated[str, Path(max_length=LONGEST * 2)]

_DO = {LinkAction.ACKNOWLEDGE: "Acknowledge", LinkAction.RESOLVE: "Resolve"}
_MEANS = {
    LinkAction.ACKNOWLEDGE: "You say that somebody is at it. Nobody else is called then.",
    LinkAction.RESOLVE: "You say that it is over. It opens again only when something happens anew.",
}
_DONE = {
    LinkAction.ACKNOWLEDGE: "Acknowledged. Nobody else is called; whoever was told of it hears that somebody is at it.",
    LinkAction.RESOLVE: "Resolved. Whoever was told of it hears that it is over.",
}
_WHY: dict[LinkProblem, tuple[int, str]] = {
    LinkProblem.FORGED: (404, "This link is not complete, or not one of ours. Copy all of it from the message."),
    LinkProblem.EXPIRED: (410, "This link is too old. Links in messages are good for some days only."),
    LinkProblem.USED: (410, "This link was used before, and it did what it says. Each works once."),
    LinkProblem.LATE: (410, "There is nothing left to do: the alert is over."),
    LinkProblem.DONE: (410, "There is nothing left to do: somebody has acknowledged it already."),
    LinkProblem.GONE: (410, "The alert is so old that it is no longer kept."),
}


@browser.get("/{token}")
def ask(token: Token, ctx: Ctx) -> HTMLResponse:
    """Show what the link would do, and a button that does it."""
    try:
        offer = ctx.part(LinkDesk).offer(token)
    except LinkError as error:
        return _refused(error)
    do = _DO[offer.link.action]
    form = (
        f'<form method="post" action="{PATH}/{escape(token)}">'
        f'<p><button class="button is-main" type="submit">{do}</button></p></form>'
    )
    return _page(do, _about(offer) + f"<p>{_MEANS[offer.link.action]}</p>" + form)


@browser.post("/{token}")
def act(token: Token, ctx: Ctx) -> HTMLResponse:
    """Do what the link says."""
    try:
        offer = ctx.part(LinkDesk).follow(token)
    except LinkError as error:
        return _refused(error)
    return _page("Done", _about(offer) + f"<p>{_DONE[offer.link.action]}</p>" + _on(offer.alert.id))


def _about(offer: Offer) -> str:
    where = offer.alert.location_name or offer.alert.group or "the whole network"
    drill = "<p>This is a drill.</p>" if offer.alert.drill else ""
    severity = offer.alert.severity.value.capitalize()
    return f"{drill}<p><strong>{escape(offer.alert.title)}</strong></p><p>{severity}, {escape(where)}</p>"


def _on(alert_id: int) -> str:
    return f'<p><a href="/alerts/{alert_id}">Open the alert</a></p>'


def _refused(error: LinkError) -> HTMLResponse:
    status, words = _WHY[error.problem]
    return _page("Nothing was changed", f'<p>{words}</p><p><a href="/alerts">All alerts</a></p>', status=status)


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    sheets = "".join(f'<link rel="stylesheet" href="/css/{name}.css">' for name in ("tokens", "base", "runbooks"))
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Pickwatch</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" type="image/svg+xml" href="/favicon.svg">{sheets}</head>'
        f'<body><main class="runbook"><p><a href="/">Pickwatch</a></p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
