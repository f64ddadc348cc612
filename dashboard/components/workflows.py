"""Workflows as people read them: steps in a row, each with all there is to know of it; the way between the pages."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.subpages import subpages

_TABS = ((nav.WORKFLOWS, "What holds"), (nav.WORKFLOWS_EDIT, "Edit"))


def workflow_tabs(page: nav.Page) -> rx.Component:
    """Return the links to all pages about workflows, this one marked."""
    return subpages("Workflows", _TABS, page)


def chain(chips: Any) -> rx.Component:
    """Return a list of `views.workflows.Chip`: the steps in their order."""
    return rx.el.ol(rx.foreach(chips, _chip), class_name="flow-chain", aria_label="Steps")


def _chip(chip: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(chip.own, rx.icon("sparkle", size=12), rx.fragment()),
        rx.el.span(chip.name),
        rx.cond(chip.own, rx.el.span(", a step of its own", class_name="sr-only"), rx.fragment()),
        rx.cond(chip.optional, rx.el.span(", may be skipped", class_name="sr-only"), rx.fragment()),
        class_name=rx.cond(chip.optional, "flow-chip is-optional", "flow-chip"),
        key=chip.key,
    )


def legend() -> rx.Component:
    """Return what the marks of a chain mean."""
    return rx.el.p(
        rx.el.span(rx.icon("sparkle", size=12), "A step of its own", class_name="flow-mark"),
        rx.el.span(rx.el.span(class_name="flow-dash", aria_hidden="true"), "May be skipped", class_name="flow-mark"),
        class_name="flow-legend muted",
    )


def steps(views: Any) -> rx.Component:
    """Return a list of `views.workflows.StepView`."""
    return rx.el.ol(rx.foreach(views, _step), class_name="flow-steps")


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(step.number, class_name="scenario-number", aria_hidden="true"),
        rx.el.div(
            rx.el.p(
                rx.el.strong(step.name),
                rx.cond(step.own, rx.icon("sparkle", size=12), rx.fragment()),
                rx.el.code(step.code),
                rx.foreach(step.tags, lambda tag: rx.el.span(tag, class_name="flow-tag")),
                class_name="flow-step-name",
            ),
            rx.el.dl(rx.foreach(step.facts, _fact), class_name="flow-facts"),
        ),
        class_name="flow-step",
        key=step.key,
    )


def _fact(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one.title), rx.el.dd(one.text))
