"""The panels of an alert's page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.states import notice
from dashboard.components.step import icon_of, work_step
from dashboard.components.timeline import timeline
from dashboard.state.alerts.one import AlertState

_ICONS = {name: name for name in ("user-check", "bell-off", "gauge", "pause", "ban", "forward", "play")}
state: Any = AlertState  # its attributes are Vars on the class, which mypy cannot know


def subjects() -> rx.Component:
    """Return what it is about: its problems, or the alerts that it tells of."""
    return panel(
        "What it is about",
        rx.cond(
            state.subjects.length() > 0,
            rx.fragment(
                rx.el.ul(rx.foreach(state.subjects, _subject), class_name="subjects"),
                rx.cond(
                    state.subjects_more != "", rx.el.p(state.subjects_more, class_name="panel-body muted subjects-more")
                ),
            ),
            notice("check", "Nothing holds any more", "What it was about is over; the timeline tells how."),
        ),
    )


def _subject(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.cond(one.href != "", link(one.text, href=one.href), rx.el.span(one.text)),
            rx.cond(one.more != "", rx.el.span(one.more, class_name="row-more")),
        ),
        rx.el.span("for ", one.since, title=one.title, class_name="muted"),
        key=one.key,
    )


def todo() -> Any:
    """Return the runbook: what to do, with the buttons that do it."""
    return rx.cond(
        state.todo.length() > 0,
        panel(
            "What to do",
            rx.el.div(
                rx.foreach(state.todo, _todo),
                rx.cond(state.todo_note != "", rx.el.p(state.todo_note, class_name="todo-note")),
                class_name="todo panel-body",
                id="runbook",
            ),
        ),
    )


def _todo(part: Any) -> Any:
    return rx.cond(
        part.number > 0,
        rx.el.button(
            icon_of(part.icon, _ICONS, "play"),
            part.label,
            type="button",
            class_name="button",
            disabled=~part.may,
            title=part.does,
            on_click=state.press(part.number),
            key=part.key,
        ),
        rx.el.div(rx.html(part.html), class_name="todo-text", key=part.key),
    )


def clears() -> Any:
    """Return what would clear it."""
    return rx.cond(
        state.head.clears != "",
        panel("What would clear it", rx.el.p(state.head.clears, class_name="panel-body")),
    )


def told() -> rx.Component:
    """Return who was told and who is told next."""
    nobody = (state.steps.length() == 0) & (state.told.length() == 0)
    return panel(
        "Who is told",
        rx.cond(
            nobody,
            rx.el.p(
                "Nobody was told of it by a channel; it stands here and on the map.", class_name="panel-body muted"
            ),
            rx.el.div(
                rx.cond(
                    state.steps.length() > 0,
                    rx.el.ol(rx.foreach(state.steps, _step), class_name="told", aria_label="Steps of the escalation"),
                ),
                rx.cond(
                    state.told.length() > 0,
                    rx.el.ul(rx.foreach(state.told, _told), class_name="told", aria_label="Messages"),
                ),
                class_name="panel-body alert-told",
            ),
        ),
    )


def _step(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.text),
        rx.el.span(one.word, " · ", rx.el.span(one.when, title=one.title), class_name="muted"),
        key=one.key,
    )


def _told(one: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(one.href != "", link(one.text, href=one.href), rx.el.span(one.text)),
        rx.el.span(work_step(one.state, one.word), " · ", rx.el.span(one.when, title=one.title), class_name="muted"),
        key=one.key,
    )


def story() -> rx.Component:
    """Return what happened, the newest first."""
    return panel(
        "What happened",
        rx.cond(
            state.story.length() > 0,
            rx.el.div(timeline(state.story), class_name="panel-body"),
            notice("history", "Nothing to tell yet", "What is told, done and written down stands here."),
        ),
    )


def labels() -> rx.Component:
    """Return what tools and silences know it by."""
    return panel(
        "Labels",
        rx.el.dl(
            rx.foreach(state.labels, lambda one: rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]), key=one[0])),
            class_name="order-facts panel-body",
        ),
    )
